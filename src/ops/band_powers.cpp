// band_powers: a signal -> the energy in bands of Hann-windowed frames, [N, ...samples] -> [N, frames, bands, 1]:
// log_mel without floor and logarithm. Integer form: int16 in, int8 out (spectrum_fixed.h); error before the output's
// rounding below 4e-4 of the frame's loudest band.
#include <algorithm>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/power.h"
#include "ops/spectrum_fixed.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {kBandsAttr, kFftAttr,   kHighAttr,   kLowAttr,
                              kRateAttr,  kScaleAttr, kStrideAttr, kWindowAttr};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const FrameSpec frames, frame_spec(graph, node));
  MOTE_TRY(const MelBank bank, mel_bank(node.attrs, frames.fft));
  MOTE_TRY(const DType type, feature_type(graph, node, kLeastPowerScale));
  return one_output(type, {frames.batches, frames.frames, bank.bands, 1});
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const FrameSpec spec = frame_spec(*inputs[0].tensor, node.attrs);
  const MelBank bank = *mel_bank(node.attrs, spec.fft);
  if (inputs[0].tensor->type == DType::f32) {
    float* y = outputs[0].as<float>();
    for_each_frame_power(spec, inputs[0].as<float>(), [&](const std::vector<double>& power) {
      for (std::int32_t band = 0; band < bank.bands; ++band) *y++ = static_cast<float>(band_energy(bank, band, power));
    });
    return;
  }
  const Tensor& out = *outputs[0].tensor;
  const PowerScale scale = power_scale(out);
  const auto rise = rise_table(bank);
  FixedSpectrum spectrum(spec.window, spec.fft);
  auto* y = outputs[0].as<std::int8_t>();
  for_each_frame(spec, [&](std::int64_t first) {
    spectrum.transform(inputs[0].as<std::int16_t>() + first);
    for_each_band(spectrum, bank, rise, [&](std::uint64_t energy) {
      *y++ = energy_step(energy, spectrum.exponent() - 75, scale, zero_point_of(out));
    });
  });
}

}  // namespace

const OpDef band_powers = {
    .name = "band_powers",
    .attrs = kAttrs,
    .quant = QuantRule::signal,
    .infer = infer,
    .run = run,
    .macs = spectrum_macs,
};

}  // namespace mote::ops
