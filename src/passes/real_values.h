// Between the bytes of a tensor and the real numbers they stand for, for every type that `quantize` makes.
// Where it stands: for passes that compare a quantised graph with the float graph it came from.
#pragma once

#include "ir/graph.h"

namespace mote::passes {

/// scale * (q - zero point) for i4, i8, i16 and i32, per tensor or channel; floats as they are. `bytes` are of a whole
/// tensor.
std::vector<float> real_values(const Tensor& tensor, std::span<const std::uint8_t> bytes);

/// The integers themselves. Programmer's error for a float tensor.
std::vector<std::int32_t> integer_values(const Tensor& tensor, std::span<const std::uint8_t> bytes);
/// And back; values must fit the tensor's type.
Bytes integer_bytes(const Tensor& tensor, std::span<const std::int32_t> values);

/// Real numbers as the tensor holds them: rounded (halves away from zero) and bounded.
Bytes tensor_bytes(const Tensor& tensor, std::span<const float> values);

/// Smallest and largest integer of a type: {-128, 127}, ...
struct IntegerRange {
  std::int32_t low = 0, high = 0;
};
IntegerRange integer_range(DType type);

}  // namespace mote::passes
