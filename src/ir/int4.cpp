// See int4.h.
#include "ir/int4.h"

#include <algorithm>

namespace mote {

std::vector<std::int8_t> int8_elements(const Tensor& constant) {
  const Bytes& bytes = *constant.data;
  if (constant.type == DType::i8) {
    const auto* begin = reinterpret_cast<const std::int8_t*>(bytes.data());
    return {begin, begin + bytes.size()};
  }
  MOTE_CHECK(constant.type == DType::i4);
  std::vector<std::int8_t> elements(static_cast<std::size_t>(constant.elements()));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const int nibble = i % 2 == 0 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4;
    elements[i] = static_cast<std::int8_t>(nibble < 8 ? nibble : nibble - 16);
  }
  return elements;
}

std::shared_ptr<const Bytes> pack_int4(std::span<const std::int8_t> elements) {
  Bytes bytes((elements.size() + 1) / 2, 0);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    MOTE_CHECK(elements[i] >= -8 && elements[i] <= 7);
    const int nibble = elements[i] & 15;
    bytes[i / 2] = static_cast<std::uint8_t>(bytes[i / 2] | (i % 2 == 0 ? nibble : nibble << 4));
  }
  return std::make_shared<const Bytes>(std::move(bytes));
}

Graph widen_int4(const Graph& graph) {
  Graph wide = graph;
  for (Tensor& tensor : wide.tensors) {
    if (tensor.type != DType::i4 || !tensor.is_constant()) continue;
    tensor.data = make_data(int8_elements(tensor));
    tensor.type = DType::i8;
  }
  return wide;
}

bool has_int4(const Graph& graph) {
  return std::any_of(graph.tensors.begin(), graph.tensors.end(), [](const Tensor& t) { return t.type == DType::i4; });
}

}  // namespace mote
