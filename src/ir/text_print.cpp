// See text.h: Graph -> text. Numbers are printed in the shortest form that reads back exactly.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "ir/text.h"

namespace mote {
namespace {

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (u < 0x20 || u == 0x7f) {
      out += fmt::format("\\x{:02x}", u);
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// NaNs carry a payload, so what is not finite is printed as its bits.
std::string float_text(float value) {
  return std::isfinite(value) ? fmt::format("{}", value) : fmt::format("0x{:08x}", std::bit_cast<std::uint32_t>(value));
}

template <typename T>
void append_integers(std::string& out, const Bytes& bytes) {
  for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + i, sizeof(T));
    out += fmt::format(" {}", static_cast<std::int64_t>(value));
  }
}

void append_elements(std::string& out, const Tensor& tensor) {
  const Bytes& bytes = *tensor.data;
  switch (tensor.type) {
    case DType::f32:
      for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
        float value;
        std::memcpy(&value, bytes.data() + i, 4);
        out += ' ' + float_text(value);
      }
      break;
    case DType::i8:
      append_integers<std::int8_t>(out, bytes);
      break;
    case DType::i16:
      append_integers<std::int16_t>(out, bytes);
      break;
    case DType::i32:
      append_integers<std::int32_t>(out, bytes);
      break;
    case DType::i64:
      append_integers<std::int64_t>(out, bytes);
      break;
    case DType::u8:
    case DType::boolean:
      append_integers<std::uint8_t>(out, bytes);
      break;
    case DType::i4:
      for (std::int64_t i = 0; i < tensor.elements(); ++i) {
        const int nibble = (bytes[static_cast<std::size_t>(i / 2)] >> (i % 2 * 4)) & 15;
        out += fmt::format(" {}", nibble >= 8 ? nibble - 16 : nibble);
      }
      break;
  }
}

std::string unique_key(const ConstantStore& store, const std::string& wanted) {
  std::string key = wanted;
  for (int i = 2; store.contains(key); ++i) key = fmt::format("{}_{}", wanted, i);
  return key;
}

/// "[1 2 3]", or "@key" and an entry in the sidecar.
std::string constant_text(const Tensor& tensor, ConstantStore* sidecar) {
  if (sidecar != nullptr && tensor.elements() > kInlineElements) {
    const std::string key = unique_key(*sidecar, identifier(tensor.name));
    StoredConstant stored{tensor.type, tensor.shape, tensor.data};
    if (tensor.type == DType::i4) {
      stored.type = DType::u8;
      stored.shape = {static_cast<std::int32_t>(tensor.bytes())};
      if (tensor.elements() % 2 != 0) {
        auto cleared = std::make_shared<Bytes>(*tensor.data);
        cleared->back() &= 15;
        stored.data = cleared;
      }
    }
    (*sidecar)[key] = std::move(stored);
    return "@" + key;
  }
  std::string out;
  append_elements(out, tensor);
  return "[" + (out.empty() ? out : out.substr(1)) + "]";
}

/// "scale 0.5 zero 3", or "axis 0 scale [...] zero [...]", or both lists in the sidecar.
std::string quantization_text(const Tensor& tensor, ConstantStore* sidecar) {
  const Quantization& q = tensor.quant;
  if (!q.per_channel()) {
    const std::string axis = q.axis == 0 ? "" : fmt::format("axis {} ", q.axis);
    return fmt::format("{}scale {} zero {}", axis, float_text(q.scale[0]), q.zero_point[0]);
  }
  const auto count = static_cast<std::int32_t>(q.scale.size());
  const Tensor scales{tensor.name + " scale", DType::f32, {count}, {}, make_data(q.scale)};
  const Tensor zeros{tensor.name + " zero", DType::i32, {count}, {}, make_data(q.zero_point)};
  const bool same_zero =
      std::all_of(q.zero_point.begin(), q.zero_point.end(), [&](auto z) { return z == q.zero_point[0]; });
  return fmt::format("axis {} scale {} zero {}", q.axis, constant_text(scales, sidecar),
                     same_zero ? fmt::format("{}", q.zero_point[0]) : constant_text(zeros, sidecar));
}

std::string attribute_text(const AttrValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* text = std::get_if<std::string>(&value)) return quote(*text);
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value))
    return fmt::format("[{}]", fmt::join(*list, " "));
  std::string out = fmt::format("{}", std::get<double>(value));
  // Something must tell a real from an integer.
  if (out.find_first_of(".en") == std::string::npos) out += ".0";
  return out;
}

std::string names_text(const Graph& graph, const std::vector<TensorId>& ids) {
  std::string out;
  for (const TensorId id : ids)
    out += (out.empty() ? "" : ", ") + (id == kNoTensor ? "-" : quote(graph.tensor(id).name));
  return "(" + out + ")";
}

}  // namespace

std::string to_text(const Graph& graph, ConstantStore* sidecar) {
  std::string out = fmt::format("mir {} {}\n", kTextFormVersion, quote(graph.name));
  for (const Tensor& tensor : graph.tensors) {
    out += fmt::format("tensor {} {} {}", quote(tensor.name), dtype_name(tensor.type), shape_text(tensor.shape));
    if (!tensor.quant.empty()) out += " " + quantization_text(tensor, sidecar);
    if (tensor.is_constant()) out += " = " + constant_text(tensor, sidecar);
    out += '\n';
  }
  out += fmt::format("inputs {}\n", names_text(graph, graph.inputs));
  for (const Node& node : graph.nodes) {
    out += fmt::format("node {} {} {} -> {}", quote(node.name), node.op->name, names_text(graph, node.inputs),
                       names_text(graph, node.outputs));
    for (const auto& attr : node.attrs.entries()) out += fmt::format(" {}={}", attr.name, attribute_text(attr.value));
    out += '\n';
  }
  out += fmt::format("outputs {}\n", names_text(graph, graph.outputs));
  return out;
}

}  // namespace mote
