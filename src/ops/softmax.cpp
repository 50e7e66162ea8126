// softmax along the last axis: exp(beta * (x - max)) / sum. Integer forms: softmax.h; the int8 output has scale 1/256,
// zero point -128, the int16 one scale 1/32768.
#include "ops/softmax.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ops/fixed_point.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/requantizer.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"beta", AttrKind::real}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& out = output(graph, node);
  if (x.shape.empty()) return bad_input("input is a scalar; softmax runs along an axis");
  MOTE_TRY_VOID(want_same_type(x, out));
  const double beta = node.attrs.real("beta");
  if (!(beta > 0.0)) return bad_input("beta must be positive");
  if (x.type == DType::i8) {
    if (zero_point_of(out) != -128 || std::fabs(scale_of(out) * 256.0F - 1.0F) > 1e-5F)
      return bad_input("its int8 output must have scale 1/256 and zero point -128");
    if (x.shape.back() > kSoftmaxMaxDepth) return unsupported("its rows have more than 4095 elements");
    if (!softmax_scale_is_legal(beta, static_cast<double>(scale_of(x))))
      return unsupported("beta times its input's scale is below 2^-26");
  }
  if (x.type == DType::i16) {
    if (std::fabs(scale_of(out) * 32768.0F - 1.0F) > 1e-3F)
      return bad_input("its int16 output must have scale 1/32768");
    if (x.shape.back() > kSoftmaxMaxDepth16) return unsupported("its rows have more than 65535 elements");
    if (softmax_multiplier16(beta, static_cast<double>(scale_of(x))).shift > 14)
      return unsupported("beta times its input's scale is too large");
  }
  return one_output(x.type, x.shape);
}

void run_float(float beta, const float* x, float* y, std::int64_t depth) {
  const float largest = *std::max_element(x, x + depth);
  float sum = 0.0F;
  for (std::int64_t i = 0; i < depth; ++i) sum += y[i] = std::exp((x[i] - largest) * beta);
  for (std::int64_t i = 0; i < depth; ++i) y[i] /= sum;
}

void run_int8(const ExpTable& table, const std::int8_t* x, std::int8_t* y, std::int64_t depth) {
  const std::int32_t largest = *std::max_element(x, x + depth);
  const auto exponential = [&](std::int64_t i) { return table[static_cast<std::size_t>(largest - x[i])]; };
  std::int32_t sum = 0;
  for (std::int64_t i = 0; i < depth; ++i) sum += rounding_divide_by_pot(exponential(i), 12);
  const SoftmaxReciprocal reciprocal = softmax_reciprocal(sum);
  const int shift = reciprocal.shift + 31 - 8;
  for (std::int64_t i = 0; i < depth; ++i) {
    const std::int32_t product = saturating_rounding_doubling_high_mul(reciprocal.scale, exponential(i));
    const std::int32_t q = shift > 31 ? 0 : rounding_divide_by_pot(product, shift);
    y[i] = static_cast<std::int8_t>(std::clamp(q - 128, -128, 127));
  }
}

/// Between two points of the table.
std::int32_t interpolate(const Table16& table, std::int32_t value) {
  const auto index = static_cast<std::size_t>(256 + (value >> 7));
  const std::int32_t slope = table[index + 1] - table[index];
  return table[index] + ((slope * (value & 127) + 64) >> 7);
}

void run_int16(QuantizedMultiplier m, const std::int16_t* x, std::int16_t* y, std::int64_t depth) {
  const std::int32_t largest = *std::max_element(x, x + depth);
  std::int32_t sum = 0;  // Q16.15
  for (std::int64_t i = 0; i < depth; ++i) {
    const std::int32_t difference = multiply_by_quantized_multiplier(x[i] - largest, m);
    const std::int32_t at = std::clamp(wrapping_add(difference, 32767), -32768, 32767);
    sum += y[i] = static_cast<std::int16_t>(interpolate(softmax_exp_table16(), at));
  }
  // sum = (1 + f) * 2^k; the second table gives 1 / (1 + f).
  const int leading = std::countl_zero(static_cast<std::uint32_t>(sum));
  const auto normal = static_cast<std::int32_t>(((std::int64_t{sum} << (leading - 1)) + (1 << 13)) >> 14);
  const std::int32_t reciprocal =
      interpolate(softmax_reciprocal_table16(), std::clamp(normal - 3 * 32768, -32768, 32767));
  const int shift = 31 - leading;
  for (std::int64_t i = 0; i < depth; ++i) {
    const std::int32_t q = (y[i] * reciprocal + (1 << (shift - 1))) >> shift;
    y[i] = static_cast<std::int16_t>(std::clamp(q, 0, 32767));
  }
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const std::int64_t depth = x.shape.back();
  const std::int64_t count = x.elements();
  const double beta = node.attrs.real("beta");
  if (x.type == DType::f32) {
    for (std::int64_t at = 0; at < count; at += depth)
      run_float(static_cast<float>(beta), inputs[0].as<float>() + at, outputs[0].as<float>() + at, depth);
    return;
  }
  if (x.type == DType::i16) {
    const QuantizedMultiplier m = softmax_multiplier16(beta, static_cast<double>(scale_of(x)));
    for (std::int64_t at = 0; at < count; at += depth)
      run_int16(m, inputs[0].as<std::int16_t>() + at, outputs[0].as<std::int16_t>() + at, depth);
    return;
  }
  const ExpTable table = softmax_exp_table(beta, static_cast<double>(scale_of(x)));
  for (std::int64_t at = 0; at < count; at += depth)
    run_int8(table, inputs[0].as<std::int8_t>() + at, outputs[0].as<std::int8_t>() + at, depth);
}

}  // namespace

const OpDef softmax = {
    .name = "softmax",
    .attrs = kAttrs,
    .in_place = true,
    .quant = QuantRule::softmax,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
