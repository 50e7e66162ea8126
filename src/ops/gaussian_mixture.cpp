// gaussian_mixture: how unlikely a row of features is under a mixture of Gaussians, the negative natural logarithm of
// its density, [N, 1]: an anomaly score, larger = less normal.
//
// Inputs: x; means [K, F]; whitening [K, F] or [K, F (F + 1) / 2]: for each component the diagonal, or row by row the
// lower triangle, of a W with W'W = the inverse covariance; offsets [K]: log of a component's weight and normalisation,
// log w - log det(cov) / 2 - F log(2 pi) / 2. All three are float32 and in real units of x.
// Integer form: distances in 2^-10, logarithms in 2^-16, log(1 + exp(-d)) from a table of eighths; error before the
// output's rounding below 0.01 and a 500th of the distance's share.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/tabular.h"

namespace mote::ops {
namespace {

constexpr std::int32_t kMaxComponents = 256;
constexpr int kMaxShift = 36;
constexpr std::int64_t kMaxDistance = std::int64_t{1} << 23;  // of a whitened feature, in 2^-10
constexpr double kMaxOffset = 4096;

std::int64_t triangle(std::int64_t features) { return features * (features + 1) / 2; }

/// The first element of row i in a component's whitening, and how many there are.
struct Row {
  std::size_t first, length;
};
Row row_of(std::size_t i, bool full) { return full ? Row{i * (i + 1) / 2, i + 1} : Row{i, 1}; }

/// What fixed point can hold: means within int16 steps, deviations of a 32nd of a step and more, offsets.
Result<void> check_integer(const Tensor& x, std::span<const float> means, std::span<const float> whitening) {
  const double scale = static_cast<double>(scale_of(x));
  for (const float mean : means)
    if (std::fabs(static_cast<double>(mean) / scale + zero_point_of(x)) > 32767)
      return unsupported("a mean lies outside of what the input's type can hold");
  for (const float w : whitening)
    if (std::fabs(static_cast<double>(w)) * scale > 31.9)
      return unsupported("a component is narrower than a 32nd of the input's step");
  return {};
}

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const RowSpec spec, want_rows(graph, node));
  const Tensor& x = input(graph, node, 0);
  MOTE_TRY(const Tensor* means, want_table(graph, node, 1, DType::f32, 2, "means"));
  MOTE_TRY(const Tensor* whitening, want_table(graph, node, 2, DType::f32, 2, "whitening"));
  MOTE_TRY(const Tensor* offsets, want_table(graph, node, 3, DType::f32, 1, "offsets"));
  const std::int32_t components = offsets->shape[0];
  const bool fits = means->shape == Shape{components, spec.features} && whitening->shape[0] == components &&
                    (whitening->shape[1] == spec.features || whitening->shape[1] == triangle(spec.features));
  if (!fits)
    return bad_input(fmt::format("means are {}, whitening {} and offsets {}, for rows of {} features",
                                 shape_text(means->shape), shape_text(whitening->shape), components, spec.features));
  if (components > kMaxComponents) return unsupported(fmt::format("{} components; 256 are supported", components));
  for (const Tensor* table : {means, whitening, offsets})
    for (const float v : table->constant<float>())
      if (!std::isfinite(v)) return bad_input(fmt::format("\"{}\" holds a value that is not finite", table->name));
  for (const float v : offsets->constant<float>())
    if (std::fabs(static_cast<double>(v)) > kMaxOffset) return unsupported("an offset is beyond 4096");
  if (x.type != DType::f32) MOTE_TRY_VOID(check_integer(x, means->constant<float>(), whitening->constant<float>()));
  return one_output(output(graph, node).type, {spec.rows, 1});
}

float score_float(const float* x, std::size_t features, std::span<const ConstView> inputs) {
  const auto components = static_cast<std::size_t>(inputs[3].tensor->shape[0]);
  const auto each = static_cast<std::size_t>(inputs[2].tensor->shape[1]);
  std::vector<float> scores;
  for (std::size_t k = 0; k < components; ++k) {
    const float* mean = inputs[1].as<float>() + k * features;
    const float* w = inputs[2].as<float>() + k * each;
    float squares = 0.0F;
    for (std::size_t i = 0; i < features; ++i) {
      const Row row = row_of(i, each != features);
      float z = 0.0F;
      for (std::size_t j = 0; j < row.length; ++j) {
        const std::size_t at = i + 1 - row.length + j;
        z += w[row.first + j] * (x[at] - mean[at]);
      }
      squares += z * z;
    }
    scores.push_back(0.5F * squares - inputs[3].as<float>()[k]);
  }
  const float least = *std::min_element(scores.begin(), scores.end());
  float sum = 0.0F;
  for (const float score : scores) sum += std::exp(least - score);
  return least - std::log(sum);
}

std::int32_t softplus(const MixtureTables& t, std::int32_t distance) {
  constexpr int kStep = 13;  // an eighth, in 2^-16
  const std::int32_t i = distance >> kStep;
  if (i >= kSoftplusSteps) return 0;
  const std::int32_t a = t.softplus[static_cast<std::size_t>(i)];
  const std::int32_t b = t.softplus[static_cast<std::size_t>(i) + 1];
  return a - (((a - b) * (distance & ((1 << kStep) - 1))) >> kStep);
}

template <typename X>
std::int16_t score_integer(const X* x, const MixtureTables& t) {
  const auto features = static_cast<std::size_t>(t.features);
  const std::size_t each = t.weights.size() / static_cast<std::size_t>(t.components);
  std::int32_t score = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(t.components); ++k) {
    std::uint64_t squares = 0;
    for (std::size_t i = 0; i < features; ++i) {
      const Row row = row_of(i, t.full);
      const int shift = t.shift[k * features + i];
      std::int64_t sum = -std::int64_t{t.rest[k * features + i]};
      for (std::size_t j = 0; j < row.length; ++j) {
        const std::size_t at = i + 1 - row.length + j;
        sum += t.weights[k * each + row.first + j] * (x[at] - t.centre[k * features + at]);  // 32,767 * 65,535 fits
      }
      sum = std::clamp(sum, -(kMaxDistance << shift), kMaxDistance << shift);
      const std::int64_t z = (sum + ((std::int64_t{1} << shift) >> 1)) >> shift;
      squares += static_cast<std::uint64_t>(z * z);
    }
    const std::uint64_t half = std::min(squares >> (2 * kMixtureBits - 15), std::uint64_t{1} << 29);
    const std::int32_t one = static_cast<std::int32_t>(half) + t.offset[k];
    score = k == 0 ? one : std::min(score, one) - softplus(t, std::abs(score - one));
  }
  return static_cast<std::int16_t>(std::clamp(multiply_by_quantized_multiplier(score, t.multiplier), -32768, 32767));
}

MixtureTables tables_of(const Tensor& x, const Tensor& out, std::span<const float> means,
                        std::span<const float> whitening, std::span<const float> offsets) {
  MixtureTables t;
  const double scale = static_cast<double>(scale_of(x));
  t.components = static_cast<std::int32_t>(offsets.size());
  t.features = static_cast<std::int32_t>(means.size() / offsets.size());
  const auto features = static_cast<std::size_t>(t.features);
  const std::size_t each = whitening.size() / offsets.size();
  t.full = each != features;
  for (std::size_t k = 0; k < offsets.size(); ++k) {
    std::vector<double> left;  // of each mean, after rounding
    for (std::size_t i = 0; i < features; ++i) {
      const double mean = static_cast<double>(means[k * features + i]) / scale + zero_point_of(x);
      t.centre.push_back(static_cast<std::int16_t>(std::lround(mean)));
      left.push_back(mean - t.centre.back());
    }
    for (std::size_t i = 0; i < features; ++i) {
      const Row row = row_of(i, t.full);
      const auto w = whitening.subspan(k * each + row.first, row.length);
      double largest = 0;
      for (const float v : w) largest = std::max(largest, std::fabs(static_cast<double>(v)) * scale);
      // The largest weight just below 2^15.
      const int exponent = largest > 0 ? static_cast<int>(std::floor(std::log2(32767 / largest))) : 0;
      const int shift = std::clamp(exponent - kMixtureBits, 0, kMaxShift);
      double rest = 0;
      for (std::size_t j = 0; j < w.size(); ++j) {
        const double real = static_cast<double>(w[j]) * scale * std::ldexp(1.0, shift + kMixtureBits);
        t.weights.push_back(static_cast<std::int16_t>(std::lround(real)));
        rest += t.weights.back() * left[i + 1 - w.size() + j];
      }
      t.rest.push_back(static_cast<std::int32_t>(std::lround(rest)));
      t.shift.push_back(static_cast<std::int16_t>(shift));
    }
    t.offset.push_back(static_cast<std::int32_t>(std::lround(-65536.0 * static_cast<double>(offsets[k]))));
  }
  for (std::int32_t i = 0; i <= kSoftplusSteps; ++i)
    t.softplus.push_back(static_cast<std::uint16_t>(std::lround(65536.0 * std::log1p(std::exp(-i / 8.0)))));
  t.multiplier = quantize_multiplier(0x1p-16 / static_cast<double>(scale_of(out)));
  return t;
}

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const RowSpec spec = row_spec(x);
  const auto features = static_cast<std::size_t>(spec.features);
  const auto rows = static_cast<std::size_t>(spec.rows);
  if (x.type == DType::f32) {
    for (std::size_t n = 0; n < rows; ++n)
      outputs[0].as<float>()[n] = score_float(inputs[0].as<float>() + n * features, features, inputs);
    return;
  }
  const auto reals = [&](std::size_t i) { return inputs[i].tensor->constant<float>(); };
  const MixtureTables tables = tables_of(x, *outputs[0].tensor, reals(1), reals(2), reals(3));
  for (std::size_t n = 0; n < rows; ++n)
    outputs[0].as<std::int16_t>()[n] = x.type == DType::i8
                                           ? score_integer(inputs[0].as<std::int8_t>() + n * features, tables)
                                           : score_integer(inputs[0].as<std::int16_t>() + n * features, tables);
}

std::int64_t macs(const Graph& graph, const Node& node) {
  return std::int64_t{row_spec(input(graph, node, 0)).rows} * input(graph, node, 2).elements();
}

}  // namespace

MixtureTables mixture_tables(const Graph& graph, const Node& node) {
  const auto reals = [&](std::size_t i) { return input(graph, node, i).constant<float>(); };
  return tables_of(input(graph, node, 0), output(graph, node), reals(1), reals(2), reals(3));
}

const OpDef gaussian_mixture = {
    .name = "gaussian_mixture",
    .min_inputs = 4,
    .max_inputs = 4,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
