// power_spectrum: a signal -> |X_k / fft|^2 of Hann-windowed frames, [N, ...samples] -> [N, frames, fft / 2 + 1, 1], as
// log_mel has it before its bands. Integer form: int16 in, int8 out (spectrum_fixed.h); error before the output's
// rounding below 4e-4 of the frame's loudest bin.
#include <algorithm>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/power.h"
#include "ops/spectrum_fixed.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {kFftAttr, kStrideAttr, kWindowAttr};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const FrameSpec frames, frame_spec(graph, node));
  MOTE_TRY(const DType type, feature_type(graph, node, kLeastPowerScale));
  return one_output(type, {frames.batches, frames.frames, frames.bins(), 1});
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const FrameSpec spec = frame_spec(*inputs[0].tensor, node.attrs);
  if (inputs[0].tensor->type == DType::f32) {
    float* y = outputs[0].as<float>();
    for_each_frame_power(spec, inputs[0].as<float>(), [&](const std::vector<double>& power) {
      y = std::transform(power.begin(), power.end(), y, [](double v) { return static_cast<float>(v); });
    });
    return;
  }
  const Tensor& out = *outputs[0].tensor;
  const PowerScale scale = power_scale(out);
  FixedSpectrum spectrum(spec.window, spec.fft);
  auto* y = outputs[0].as<std::int8_t>();
  for_each_frame(spec, [&](std::int64_t first) {
    spectrum.transform(inputs[0].as<std::int16_t>() + first);
    for (std::int32_t k = 0; k < spec.bins(); ++k)
      *y++ = power_step(spectrum.power(k), spectrum.exponent() - 60, scale, zero_point_of(out));
  });
}

}  // namespace

const OpDef power_spectrum = {
    .name = "power_spectrum",
    .attrs = kAttrs,
    .quant = QuantRule::signal,
    .infer = infer,
    .run = run,
    .macs = spectrum_macs,
};

}  // namespace mote::ops
