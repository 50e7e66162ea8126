// mfcc: the cepstrum of log_mel's bands, c_k = sqrt(2 / bands) sum_m L_m cos(pi k (m + 1/2) / bands), k = 0 ..
// coefficients - 1; [N, ...samples] -> [N, frames, coefficients, 1]. Integer form: log_mel's logarithms in Q16, cosines
// in Q15, one rounding to int8; error before it below 0.01 where those of log_mel hold.
#include "ops/mfcc.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/spectrum_fixed.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {kBandsAttr,  {"coefficients", AttrKind::integer, 1, 256},
                              kFftAttr,    kFloorAttr,
                              kHighAttr,   kLowAttr,
                              kRateAttr,   kScaleAttr,
                              kStrideAttr, kWindowAttr};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const FrameSpec frames, frame_spec(graph, node));
  MOTE_TRY(const MelBank bank, mel_bank(node.attrs, frames.fft));
  MOTE_TRY_VOID(want_floor(node.attrs));
  MOTE_TRY(const DType type, feature_type(graph, node));
  const auto coefficients = static_cast<std::int32_t>(node.attrs.integer("coefficients"));
  if (bank.bands < 2 || coefficients > bank.bands)
    return bad_input(fmt::format("{} coefficients of {} bands; there are at most as many, of two or more", coefficients,
                                 bank.bands));
  return one_output(type, {frames.batches, frames.frames, coefficients, 1});
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const FrameSpec spec = frame_spec(*inputs[0].tensor, node.attrs);
  const MelBank bank = *mel_bank(node.attrs, spec.fft);
  const double floor = node.attrs.real("floor");
  const auto count = static_cast<std::int32_t>(node.attrs.integer("coefficients"));
  const auto bands = static_cast<std::size_t>(bank.bands);
  if (inputs[0].tensor->type == DType::f32) {
    const std::vector<double> cosines = dct_matrix(bank.bands, count);
    float* y = outputs[0].as<float>();
    for_each_frame_log_mel(spec, bank, floor, inputs[0].as<float>(), [&](const std::vector<double>& logs) {
      for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
        double sum = 0;
        for (std::size_t m = 0; m < bands; ++m) sum += logs[m] * cosines[k * bands + m];
        *y++ = static_cast<float>(sum);
      }
    });
    return;
  }
  const Tensor& out = *outputs[0].tensor;
  const QuantizedMultiplier multiplier = log2_multiplier(out);
  const std::vector<std::int16_t> cosines = dct_table(bank.bands, count);
  FixedSpectrum spectrum(spec.window, spec.fft);
  const auto rise = rise_table(bank);
  const auto log2 = log2_table();
  std::vector<std::int32_t> logs;
  auto* y = outputs[0].as<std::int8_t>();
  for (std::int32_t n = 0; n < spec.batches; ++n)
    for (std::int32_t f = 0; f < spec.frames; ++f) {
      spectrum.transform(inputs[0].as<std::int16_t>() + std::int64_t{n} * spec.samples + std::int64_t{f} * spec.stride);
      fixed_log_mel(spectrum, bank, rise, power_floor(floor).units(), log2, logs);
      for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
        std::int64_t sum = 1 << 14;
        for (std::size_t m = 0; m < bands; ++m) sum += std::int64_t{logs[m]} * cosines[k * bands + m];
        *y++ = requantize_feature(static_cast<std::int32_t>(sum >> 15), multiplier, out);
      }
    }
}

std::int64_t macs(const Graph& graph, const Node& node) {
  const FrameSpec spec = frame_spec(input(graph, node, 0), node.attrs);
  return spectrum_macs(graph, node) +
         std::int64_t{spec.batches} * spec.frames * node.attrs.integer("bands") * node.attrs.integer("coefficients");
}

}  // namespace

std::vector<double> dct_matrix(std::int32_t bands, std::int32_t coefficients) {
  std::vector<double> matrix;
  for (std::int32_t k = 0; k < coefficients; ++k)
    for (std::int32_t m = 0; m < bands; ++m)
      matrix.push_back(std::sqrt(2.0 / bands) * std::cos(std::numbers::pi * k * (m + 0.5) / bands));
  return matrix;
}

std::vector<std::int16_t> dct_table(std::int32_t bands, std::int32_t coefficients) {
  std::vector<std::int16_t> table;
  for (const double c : dct_matrix(bands, coefficients))
    table.push_back(static_cast<std::int16_t>(std::clamp(std::lround(32768.0 * c), -32767L, 32767L)));
  return table;
}

const OpDef mfcc = {
    .name = "mfcc",
    .attrs = kAttrs,
    .quant = QuantRule::signal,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
