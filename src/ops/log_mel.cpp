// log_mel: a signal -> ln(mel energy + floor) of frames, [N, ...samples] -> [N, frames, bands, 1]. The signal's full
// scale is 1; power is |X_k / fft|^2 under a Hann window. Integer form: int16 of scale 1/32768 in, int8 out
// (spectrum_fixed.h); error of the logarithm below 0.002 for bands down to 60 dB under the frame's loudest bin, before
// the output's rounding.
#include <cmath>
#include <numbers>

#include "ops/fixed_point.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/spectrum_fixed.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {kBandsAttr, kFftAttr,  kFloorAttr,  kHighAttr,
                              kLowAttr,   kRateAttr, kStrideAttr, kWindowAttr};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const FrameSpec frames, frame_spec(graph, node));
  MOTE_TRY(const MelBank bank, mel_bank(node.attrs, frames.fft));
  MOTE_TRY_VOID(want_floor(node.attrs));
  MOTE_TRY(const DType type, feature_type(graph, node));
  return one_output(type, {frames.batches, frames.frames, bank.bands, 1});
}

void run_float(const FrameSpec& spec, const MelBank& bank, double floor, const float* x, float* y) {
  const std::vector<double> window = hann_window(spec.window);
  std::vector<double> power;
  for (std::int32_t n = 0; n < spec.batches; ++n)
    for (std::int32_t f = 0; f < spec.frames; ++f) {
      power_spectrum_of(x + std::int64_t{n} * spec.samples + std::int64_t{f} * spec.stride, window, spec.fft, power);
      for (std::int32_t band = 0; band < bank.bands; ++band) {
        double energy = floor;
        const auto b = static_cast<std::size_t>(band);
        for (std::int32_t k = bank.edges[b]; k < bank.edges[b + 2]; ++k)
          energy += bank.weight(k, band) * power[static_cast<std::size_t>(k)];
        *y++ = static_cast<float>(std::log(energy));
      }
    }
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const FrameSpec spec = frame_spec(*inputs[0].tensor, node.attrs);
  const MelBank bank = *mel_bank(node.attrs, spec.fft);
  const double floor = node.attrs.real("floor");
  if (inputs[0].tensor->type == DType::f32) {
    run_float(spec, bank, floor, inputs[0].as<float>(), outputs[0].as<float>());
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
