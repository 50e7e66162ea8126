// normalise: x minus its mean, over the rows (axis 1, each place of a row by itself) or over a whole example; with
// `deviation` divided by the standard deviation too. Makes features independent of loudness and microphone, pictures of
// light. Integer forms (int8, int16): exact sums, one rounding (two with deviation, whose error is below 2^-14 of the
// value).
#include "ops/normalise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"deviation", AttrKind::integer, 0, 1}, {"over", AttrKind::text, 0, 0, "rows|all"}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& out = output(graph, node);
  if (x.shape.size() < 2) return bad_input("input must be [N, rows, ...]");
  MOTE_TRY_VOID(want_same_type(x, out));
  const NormaliseSpec spec = normalise_spec(x, node.attrs);
  const std::int32_t most = x.type == DType::i16 ? 1 << 14 : 1 << 16;  // so that sums of squares fit 64 bits
  if (spec.count > most) return unsupported(fmt::format("its mean goes over {} values, at most {}", spec.count, most));
  if (x.type != DType::f32) {
    const double scale = static_cast<double>(scale_of(x));
    const double ratio = (spec.deviation ? 1.0 : scale) / static_cast<double>(scale_of(out));
    if (!(ratio < 65536.0) || !(scale > (x.type == DType::i16 ? 1e-9 : 1e-6)))
      return unsupported("its scales are too far apart");
  }
  return one_output(x.type, x.shape);
}

void run_float(const NormaliseSpec& spec, const float* x, float* y) {
  const auto inner = std::int64_t{spec.inner};
  for (std::int64_t n = 0; n < spec.batches; ++n)
    for (std::int64_t g = 0; g < inner; ++g) {
      const std::int64_t first = n * spec.count * inner + g;
      double mean = 0;
      for (std::int64_t i = 0; i < spec.count; ++i) mean += static_cast<double>(x[first + i * inner]);
      mean /= spec.count;
      double square = 0;
      for (std::int64_t i = 0; i < spec.count; ++i) {
        const double d = static_cast<double>(x[first + i * inner]) - mean;
        square += d * d;
      }
      const double gain = spec.deviation ? 1 / std::sqrt(square / spec.count + kNormaliseEpsilon) : 1;
      for (std::int64_t i = 0; i < spec.count; ++i)
        y[first + i * inner] = static_cast<float>((static_cast<double>(x[first + i * inner]) - mean) * gain);
    }
}

/// multiplier / root, normalised again: root is below 2^32 and not 0. A multiplier of 0 (an output of huge steps)
/// stays.
QuantizedMultiplier divide(QuantizedMultiplier m, std::uint32_t root) {
  if (m.multiplier == 0) return {};
  int shift = 0;
  while ((root & 0x80000000U) == 0) {
    root <<= 1;
    ++shift;
  }
  // root = real root * 2^shift in [2^31, 2^32); the quotient lies in (2^29, 2^31].
  auto quotient = (static_cast<std::uint64_t>(m.multiplier) << 31) / root;
  shift -= 31;
  while (quotient < (1U << 30)) {
    quotient <<= 1;
    --shift;
  }
  shift += m.shift;
  if (shift < -31) return {};
  return {static_cast<std::int32_t>(std::min<std::uint64_t>(quotient, 0x7fffffff)), shift};
}

template <typename T>
void run_integer(const NormaliseSpec& spec, const Tensor& x_tensor, const Tensor& out, const T* x, T* y) {
  constexpr std::int32_t kLow = std::numeric_limits<T>::min();
  constexpr std::int32_t kHigh = std::numeric_limits<T>::max();
  const QuantizedMultiplier base = normalise_multiplier(spec, x_tensor, out);
  const std::int64_t epsilon = normalise_epsilon(spec, x_tensor).value();
  const auto inner = std::int64_t{spec.inner};
  for (std::int64_t n = 0; n < spec.batches; ++n)
    for (std::int64_t g = 0; g < inner; ++g) {
      const std::int64_t first = n * spec.count * inner + g;
      std::int32_t sum = 0;
      std::int64_t squares = 0;
      for (std::int64_t i = 0; i < spec.count; ++i) {
        const std::int32_t q = x[first + i * inner];
        sum += q;
        squares += std::int64_t{q} * q;
      }
      QuantizedMultiplier m = base;
      if (spec.deviation) {
        const std::int64_t variance = std::int64_t{spec.count} * squares - std::int64_t{sum} * sum + epsilon;
        m = divide(base, integer_sqrt(static_cast<std::uint64_t>(variance)));
      }
      for (std::int64_t i = 0; i < spec.count; ++i) {
        const std::int32_t centred = x[first + i * inner] * spec.count - sum;
        const std::int32_t q = multiply_by_quantized_multiplier(centred, m) + zero_point_of(out);
        y[first + i * inner] = static_cast<T>(std::clamp(q, kLow, kHigh));
      }
    }
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const NormaliseSpec spec = normalise_spec(x, node.attrs);
  if (x.type == DType::f32) {
    run_float(spec, inputs[0].as<float>(), outputs[0].as<float>());
  } else if (x.type == DType::i16) {
    run_integer(spec, x, *outputs[0].tensor, inputs[0].as<std::int16_t>(), outputs[0].as<std::int16_t>());
  } else {
    run_integer(spec, x, *outputs[0].tensor, inputs[0].as<std::int8_t>(), outputs[0].as<std::int8_t>());
  }
}

}  // namespace

NormaliseSpec normalise_spec(const Tensor& x, const Attributes& attrs) {
  NormaliseSpec spec;
  const bool rows = attrs.text("over") == "rows";
  spec.batches = x.shape[0];
  spec.count = static_cast<std::int32_t>(rows ? x.shape[1] : x.elements() / x.shape[0]);
  spec.inner = static_cast<std::int32_t>(x.elements() / x.shape[0] / spec.count);
  spec.deviation = attrs.integer("deviation") == 1;
  return spec;
}

QuantizedMultiplier normalise_multiplier(const NormaliseSpec& spec, const Tensor& x, const Tensor& out) {
  const double step = static_cast<double>(scale_of(out));
  return quantize_multiplier(spec.deviation ? 1 / step : static_cast<double>(scale_of(x)) / (step * spec.count));
}

NormaliseEpsilon normalise_epsilon(const NormaliseSpec& spec, const Tensor& x) {
  const double steps = spec.count / static_cast<double>(scale_of(x));
  double value = std::clamp(kNormaliseEpsilon * steps * steps, 1.0, 0x1p60);
  NormaliseEpsilon epsilon;
  for (; value >= 0x1p30; value /= 2) ++epsilon.shift;
  epsilon.mantissa = static_cast<std::int32_t>(std::lround(value));
  return epsilon;
}

std::uint32_t integer_sqrt(std::uint64_t v) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1)
    if ((root + bit) * (root + bit) <= v) root += bit;
  return static_cast<std::uint32_t>(root);
}

const OpDef normalise = {
    .name = "normalise",
    .attrs = kAttrs,
    .quant = QuantRule::calibrated,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
