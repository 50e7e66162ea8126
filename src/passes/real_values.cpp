// See real_values.h.
#include "passes/real_values.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "passes/edit.h"

namespace mote::passes {
namespace {

template <typename T>
std::vector<std::int32_t> read_as(std::span<const std::uint8_t> bytes) {
  std::vector<std::int32_t> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<std::int32_t>(value);
  }
  return values;
}

template <typename T>
Bytes write_as(std::span<const std::int32_t> values) {
  Bytes bytes(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T value = static_cast<T>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

}  // namespace

IntegerRange integer_range(DType type) {
  switch (type) {
    case DType::i4:
      return {-8, 7};
    case DType::i8:
      return {-128, 127};
    case DType::i16:
      return {-32768, 32767};
    default:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
  }
}

std::vector<std::int32_t> integer_values(const Tensor& tensor, std::span<const std::uint8_t> bytes) {
  switch (tensor.type) {
    case DType::i4: {
      std::vector<std::int32_t> values(static_cast<std::size_t>(tensor.elements()));
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::int32_t nibble = (bytes[i / 2] >> (i % 2 * 4)) & 15;
        values[i] = nibble >= 8 ? nibble - 16 : nibble;
      }
      return values;
    }
    case DType::i8:
      return read_as<std::int8_t>(bytes);
    case DType::i16:
      return read_as<std::int16_t>(bytes);
    case DType::i64:
      return read_as<std::int64_t>(bytes);
    default:
      MOTE_CHECK(tensor.type == DType::i32);
      return read_as<std::int32_t>(bytes);
  }
}

Bytes integer_bytes(const Tensor& tensor, std::span<const std::int32_t> values) {
  switch (tensor.type) {
    case DType::i4: {
      Bytes bytes((values.size() + 1) / 2, 0);
      for (std::size_t i = 0; i < values.size(); ++i)
        bytes[i / 2] = static_cast<std::uint8_t>(bytes[i / 2] | ((values[i] & 15) << (i % 2 * 4)));
      return bytes;
    }
    case DType::i8:
      return write_as<std::int8_t>(values);
    case DType::i16:
      return write_as<std::int16_t>(values);
    case DType::i64:
      return write_as<std::int64_t>(values);
    default:
      MOTE_CHECK(tensor.type == DType::i32);
      return write_as<std::int32_t>(values);
  }
}

std::vector<float> real_values(const Tensor& tensor, std::span<const std::uint8_t> bytes) {
  std::vector<float> values;
  if (tensor.type == DType::f32) {
    values.resize(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
  }
  const Quantization& quant = tensor.quant;
  const ChannelIndex channel = quant.per_channel() ? channel_index(tensor.shape, quant.axis) : ChannelIndex{};
  const auto integers = integer_values(tensor, bytes);
  values.reserve(integers.size());
  for (std::size_t i = 0; i < integers.size(); ++i)
    values.push_back(quant.scale[channel(i)] * static_cast<float>(integers[i] - quant.zero_point[channel(i)]));
  return values;
}

Bytes tensor_bytes(const Tensor& tensor, std::span<const float> values) {
  if (tensor.type == DType::f32) {
    Bytes bytes(values.size_bytes());
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
  const Quantization& quant = tensor.quant;
  const ChannelIndex channel = quant.per_channel() ? channel_index(tensor.shape, quant.axis) : ChannelIndex{};
  const IntegerRange range = integer_range(tensor.type);
  std::vector<std::int32_t> integers;
  integers.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double q = std::round(double{values[i]} / double{quant.scale[channel(i)]}) + quant.zero_point[channel(i)];
    integers.push_back(static_cast<std::int32_t>(std::clamp(q, double(range.low), double(range.high))));
  }
  return integer_bytes(tensor, integers);
}

}  // namespace mote::passes
