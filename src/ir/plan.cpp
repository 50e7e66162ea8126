// See plan.h.
#include "ir/plan.h"

#include <array>

namespace mote {

std::string_view buffer_kind_name(BufferKind kind) {
  constexpr std::array<std::string_view, 6> kNames = {"input", "output", "activation", "scratch", "state", "rows"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view c_type(DType type) {
  switch (type) {
    case DType::f32:
      return "float";
    case DType::i8:
    case DType::i4:
      return "int8_t";
    case DType::i16:
      return "int16_t";
    case DType::i32:
      return "int32_t";
    case DType::i64:
      return "int64_t";
    case DType::u8:
    case DType::boolean:
      return "uint8_t";
  }
  return "void";
}

std::int64_t Plan::constant_bytes() const {
  std::int64_t sum = 0;
  for (const Constant& constant : constants) sum += static_cast<std::int64_t>(constant.bytes.size());
  return sum;
}

}  // namespace mote
