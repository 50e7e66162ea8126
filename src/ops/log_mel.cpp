// log_mel: a signal -> ln(mel energy + floor) of frames, [N, ...samples] -> [N, frames, bands, 1]. The signal's full
// scale is 1; power is |X_k / fft|^2 under a Hann window. With scale "linear" the bands lie evenly in Hz: band powers.
// Integer form: int16 of scale 1/32768 in, int8 out (spectrum_fixed.h); error of the logarithm below 0.005 for bands
// down to 60 dB under the frame's loudest bin, before the output's rounding.
#include <algorithm>

#include "ops/fixed_point.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/spectrum_fixed.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {kBandsAttr, kFftAttr,   kFloorAttr,  kHighAttr,  kLowAttr,
                              kRateAttr,  kScaleAttr, kStrideAttr, kWindowAttr};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const FrameSpec frames, frame_spec(graph, node));
  MOTE_TRY(const MelBank bank, mel_bank(node.attrs, frames.fft));
  MOTE_TRY_VOID(want_floor(node.attrs));
  MOTE_TRY(const DType type, feature_type(graph, node));
  return one_output(type, {frames.batches, frames.frames, bank.bands, 1});
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const FrameSpec spec = frame_spec(*inputs[0].tensor, node.attrs);
  const MelBank bank = *mel_bank(node.attrs, spec.fft);
  const double floor = node.attrs.real("floor");
  if (inputs[0].tensor->type == DType::f32) {
    float* y = outputs[0].as<float>();
    for_each_frame_log_mel(spec, bank, floor, inputs[0].as<float>(), [&](const std::vector<double>& logs) {
      y = std::transform(logs.begin(), logs.end(), y, [](double v) { return static_cast<float>(v); });
    });
    return;
  }
  const Tensor& out = *outputs[0].tensor;
  const QuantizedMultiplier multiplier = log2_multiplier(out);
  FixedSpectrum spectrum(spec.window, spec.fft);
  const auto rise = rise_table(bank);
  const auto log2 = log2_table();
  std::vector<std::int32_t> bands;
  auto* y = outputs[0].as<std::int8_t>();
  for (std::int32_t n = 0; n < spec.batches; ++n)
    for (std::int32_t f = 0; f < spec.frames; ++f) {
      spectrum.transform(inputs[0].as<std::int16_t>() + std::int64_t{n} * spec.samples + std::int64_t{f} * spec.stride);
      fixed_log_mel(spectrum, bank, rise, power_floor(floor).units(), log2, bands);
      for (const std::int32_t value : bands) *y++ = requantize_feature(value, multiplier, out);
    }
}

}  // namespace

const OpDef log_mel = {
    .name = "log_mel",
    .attrs = kAttrs,
    .quant = QuantRule::signal,
    .infer = infer,
    .run = run,
    .macs = spectrum_macs,
};

}  // namespace mote::ops
