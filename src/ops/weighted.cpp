// See weighted.h.
#include "ops/weighted.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "ir/int4.h"
#include "ops/operands.h"

namespace mote::ops {
namespace {

float weight_scale(const Tensor& weights, std::size_t channel) {
  return weights.quant.scale[weights.quant.per_channel() ? channel : 0];
}

/// The product of scales may leave float32's range in hostile files only.
Result<void> check_scales(const Tensor& x, const Tensor& weights) {
  for (const float scale : weights.quant.scale)
    if (!std::isfinite(scale_of(x) * scale))
      return bad_input("the product of its input's and weights' scales is infinite");
  return {};
}

Result<void> check_bias_quantization(const Tensor& x, const Tensor& weights, const Tensor& bias, const Tensor& out) {
  const Quantization& q = bias.quant;
  if (q.scale.size() != weights.quant.scale.size()) return {};  // nothing to compare with
  for (std::size_t c = 0; c < q.scale.size(); ++c) {
    if (q.zero_point[c] != 0) return bad_input(fmt::format("bias \"{}\" has a zero point other than 0", bias.name));
    const double wanted = static_cast<double>(scale_of(x)) * static_cast<double>(weight_scale(weights, c));
    // The tolerance is TFLite's: what the difference moves the output is below a fiftieth of its step.
    if (std::fabs(wanted - static_cast<double>(q.scale[c])) > 0.02 * static_cast<double>(scale_of(out)))
      return bad_input(
          fmt::format("bias \"{}\" has scale {}, scale of input times weights is {}", bias.name, q.scale[c], wanted));
  }
  return {};
}

Result<void> check_accumulators(const Tensor& x, const Tensor& weights, const Tensor* bias, std::int32_t channels,
                                std::int32_t axis, bool wide_sums) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(channels), 0);
  const auto w = int8_elements(weights);
  const bool channel_last = axis != 0;
  const std::size_t per_channel = w.size() / sums.size();
  for (std::size_t i = 0; i < w.size(); ++i) sums[channel_last ? i % sums.size() : i / per_channel] += std::abs(w[i]);
  const bool wide = wide_sums ? x.type == DType::i16 : has_wide_sums(x, bias);
  const std::int64_t largest = x.type == DType::i16 ? 32768 : 256;
  const std::int64_t limit = std::int64_t{1} << (wide ? 47 : 31);
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const std::int64_t b = bias_element(bias, static_cast<std::int64_t>(c));
    if (b <= -limit || b >= limit || largest * sums[c] + std::abs(b) >= limit)
      return unsupported(fmt::format("output channel {} may overflow its {}-bit sum: weights or bias are too large", c,
                                     wide ? 48 : 32));
  }
  return {};
}

/// Wide sums are scaled by multipliers that shift left by 7 bits at most.
Result<void> check_wide_multipliers(const Tensor& x, const Tensor& weights, const Tensor& out, std::int32_t channels) {
  for (const QuantizedMultiplier& m : channel_multipliers(x, weights, out, channels))
    if (m.shift > 6) return unsupported("its output's scale is far below that of its sums");
  return {};
}

}  // namespace

bool has_wide_sums(const Tensor& x, const Tensor* bias) {
  return x.type == DType::i16 && bias != nullptr && bias->type == DType::i64;
}

std::int64_t bias_element(const Tensor* bias, const std::uint8_t* data, std::int64_t i) {
  if (bias == nullptr) return 0;
  return bias->type == DType::i64 ? reinterpret_cast<const std::int64_t*>(data)[i]
                                  : reinterpret_cast<const std::int32_t*>(data)[i];
}

Result<void> check_weighted(const Tensor& x, const Tensor& weights, const Tensor* bias, const Tensor& out,
                            std::int32_t channels, std::int32_t axis, bool wide_sums) {
  wide_sums = wide_sums || axis != 0;  // depthwise: always
  MOTE_TRY_VOID(want_same_type(x, out));
  if (x.type == DType::f32 || weights.type != DType::i4)
    MOTE_TRY_VOID(want_type(weights, x.type == DType::f32 ? DType::f32 : DType::i8, "weights"));
  if (bias != nullptr) {
    const bool wide = x.type == DType::i16 && (wide_sums || bias->type == DType::i64);
    MOTE_TRY_VOID(want_type(*bias, x.type == DType::f32 ? DType::f32 : wide ? DType::i64 : DType::i32, "bias"));
    if (bias->shape.size() != 1 || bias->shape[0] != channels)
      return bad_input(fmt::format("bias \"{}\" is {}, must be {}", bias->name, shape_text(bias->shape), channels));
  }
  if (x.type == DType::f32) return {};

  const Quantization& q = weights.quant;
  if (q.empty()) return bad_input(fmt::format("weights \"{}\" have no quantisation", weights.name));
  if (q.per_channel() && q.axis != axis)
    return bad_input(fmt::format("weights \"{}\" are quantised along axis {}, must be {}", weights.name, q.axis, axis));
  for (const std::int32_t zero_point : q.zero_point)
    if (zero_point != 0)
      return unsupported(fmt::format("weights \"{}\" have zero point {}; only symmetric weights are supported",
                                     weights.name, zero_point));
  if (!weights.is_constant()) return unsupported(fmt::format("int8 weights \"{}\" are not constant", weights.name));
  if (bias != nullptr && !bias->is_constant())
    return unsupported(fmt::format("integer bias \"{}\" is not constant", bias->name));
  MOTE_TRY_VOID(check_scales(x, weights));
  if (bias != nullptr) MOTE_TRY_VOID(check_bias_quantization(x, weights, *bias, out));
  if (x.type == DType::i16 && (wide_sums || has_wide_sums(x, bias)))
    MOTE_TRY_VOID(check_wide_multipliers(x, weights, out, channels));
  return check_accumulators(x, weights, bias, channels, axis, wide_sums);
}

std::vector<QuantizedMultiplier> channel_multipliers(const Tensor& x, const Tensor& weights, const Tensor& out,
                                                     std::int32_t channels) {
  std::vector<QuantizedMultiplier> multipliers(static_cast<std::size_t>(channels));
  for (std::size_t c = 0; c < multipliers.size(); ++c)
    multipliers[c] =
        quantize_multiplier(static_cast<double>(scale_of(x)) * static_cast<double>(weight_scale(weights, c)) /
                            static_cast<double>(scale_of(out)));
  return multipliers;
}

std::vector<QuantizedMultiplier> fully_connected_multipliers(const Tensor& x, const Tensor& weights, const Tensor& out,
                                                             std::int32_t channels) {
  if (weights.quant.per_channel()) return channel_multipliers(x, weights, out, channels);
  const float product = scale_of(x) * scale_of(weights);
  const QuantizedMultiplier one =
      quantize_multiplier(static_cast<double>(product) / static_cast<double>(scale_of(out)));
  return std::vector<QuantizedMultiplier>(static_cast<std::size_t>(channels), one);
}

}  // namespace mote::ops
