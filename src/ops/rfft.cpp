// rfft: the spectrum of every frame of a signal, [N, frames, window, 1] -> [N, frames, fft / 2 + 1, 2], real and
// imaginary part of X_k / fft, zeros behind the window. It tapers nothing: `frame` or `taper` stands before it. Integer
// form: int16 in, int16 of the same scale out (spectrum_fixed.h), rounded once: error below 0.51 steps.
#include <algorithm>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/signal.h"
#include "ops/spectrum_fixed.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {kFftAttr};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY_VOID(want_filter(graph, node));
  const Tensor& x = input(graph, node, 0);
  MOTE_TRY_VOID(want_rank(x, 4, "frames"));
  if (x.shape[3] != 1) return bad_input("its frames must be of one channel, [N, frames, window, 1]");
  const auto fft = static_cast<std::int32_t>(node.attrs.integer("fft"));
  MOTE_TRY_VOID(want_fft(fft, x.shape[2]));
  return one_output(x.type, {x.shape[0], x.shape[1], fft / 2 + 1, 2});
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Shape& in = inputs[0].tensor->shape;
  const auto fft = static_cast<std::int32_t>(node.attrs.integer("fft"));
  const std::int64_t frames = std::int64_t{in[0]} * in[1];
  if (inputs[0].tensor->type == DType::f32) {
    float* y = outputs[0].as<float>();
    const std::vector<double> flat(static_cast<std::size_t>(in[2]), 1.0);
    for (std::int64_t f = 0; f < frames; ++f)
      for (const std::complex<double>& bin : spectrum_of(inputs[0].as<float>() + f * in[2], flat, fft)) {
        *y++ = static_cast<float>(bin.real());
        *y++ = static_cast<float>(bin.imag());
      }
    return;
  }
  FixedSpectrum spectrum(in[2], fft, FixedSpectrum::Taper::none);
  auto* y = outputs[0].as<std::int16_t>();
  const auto rounded = [](std::int32_t v) {
    return static_cast<std::int16_t>(
        std::clamp((std::int64_t{v} + (1 << 14)) >> 15, std::int64_t{-32768}, std::int64_t{32767}));
  };
  for (std::int64_t f = 0; f < frames; ++f) {
    spectrum.transform(inputs[0].as<std::int16_t>() + f * in[2]);
    for (std::int32_t k = 0; k <= fft / 2; ++k) {
      const auto [re, im] = spectrum.bin(k);
      *y++ = rounded(re);
      *y++ = rounded(im);
    }
  }
}

std::int64_t macs(const Graph& graph, const Node& node) {
  const Shape& in = input(graph, node, 0).shape;
  return std::int64_t{in[0]} * in[1] * fft_macs(static_cast<std::int32_t>(node.attrs.integer("fft")));
}

}  // namespace

const OpDef rfft = {
    .name = "rfft",
    .attrs = kAttrs,
    .quant = QuantRule::signal_filter,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
