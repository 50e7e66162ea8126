// biquad: a second-order filter along the samples of each batch, from rest: y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1
// y[n-1] - a2 y[n-2]. Chains of them make any low-pass, high-pass or band-pass. Integer form: int16 signals,
// coefficients in Q29, outputs remembered with 14 more bits; error below one step for poles of radius up to 0.99.
#include "ops/biquad.h"

#include <algorithm>
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/signal.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"a1", AttrKind::real},
                              {"a2", AttrKind::real},
                              {"b0", AttrKind::real},
                              {"b1", AttrKind::real},
                              {"b2", AttrKind::real}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY_VOID(want_filter(graph, node));
  for (const char* name : {"b0", "b1", "b2"})
    if (!(std::fabs(node.attrs.real(name)) < 3.99)) return bad_input("coefficients must be below 3.99 in size");
  const double a1 = node.attrs.real("a1");
  const double a2 = node.attrs.real("a2");
  if (!(std::fabs(a2) < 1 && std::fabs(a1) < 1 + a2)) return bad_input("the filter is not stable");
  const Tensor& x = input(graph, node, 0);
  return one_output(x.type, x.shape);
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const SignalSpec spec = signal_spec(*inputs[0].tensor);
  for (std::int64_t n = 0; n < spec.batches; ++n) {
    const std::int64_t first = n * spec.samples;
    if (inputs[0].tensor->type == DType::f32) {
      const Attributes& c = node.attrs;
      double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
      for (std::int64_t i = first; i < first + spec.samples; ++i) {
        const auto x0 = static_cast<double>(inputs[0].as<float>()[i]);
        const double y0 =
            c.real("b0") * x0 + c.real("b1") * x1 + c.real("b2") * x2 - c.real("a1") * y1 - c.real("a2") * y2;
        outputs[0].as<float>()[i] = static_cast<float>(y0);
        x2 = x1;
        x1 = x0;
        y2 = y1;
        y1 = y0;
      }
      continue;
    }
    const auto c = biquad_coefficients(node.attrs);
    constexpr std::int64_t kMost = (std::int64_t{1} << 31) - 1;
    std::int64_t x1 = 0, x2 = 0, y1 = 0, y2 = 0;  // y in steps of 2^-14
    for (std::int64_t i = first; i < first + spec.samples; ++i) {
      const std::int64_t x0 = inputs[0].as<std::int16_t>()[i];
      const std::int64_t sum = (c[0] * x0 + c[1] * x1 + c[2] * x2) * 16384 - c[3] * y1 - c[4] * y2;
      const std::int64_t y0 = std::clamp((sum + (1 << 28)) >> 29, -kMost, kMost);
      const std::int64_t out = (y0 + 8192) >> 14;
      outputs[0].as<std::int16_t>()[i] = static_cast<std::int16_t>(std::clamp<std::int64_t>(out, -32768, 32767));
      x2 = x1;
      x1 = x0;
      y2 = y1;
      y1 = y0;
    }
  }
}

std::int64_t macs(const Graph& graph, const Node& node) { return 5 * input(graph, node, 0).elements(); }

}  // namespace

std::array<std::int32_t, 5> biquad_coefficients(const Attributes& attrs) {
  std::array<std::int32_t, 5> c{};
  constexpr std::array<const char*, 5> kNames = {"b0", "b1", "b2", "a1", "a2"};
  for (std::size_t i = 0; i < 5; ++i) c[i] = static_cast<std::int32_t>(std::lround(attrs.real(kNames[i]) * 0x1p29));
  return c;
}

const OpDef biquad = {
    .name = "biquad",
    .attrs = kAttrs,
    .in_place = true,
    .quant = QuantRule::signal_filter,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
