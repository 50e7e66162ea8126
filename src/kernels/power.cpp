// Kernels for spectra without a logarithm: taper, rfft, power_spectrum, band_powers. The features of the latter two may
// stand on the signal.
#include "ops/power.h"

#include "kernels/call.h"
#include "kernels/kernels.h"
#include "kernels/spectrum.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/taper.h"

namespace mote::kernels {
namespace {

void set_power_output(CallBuilder& call, const Tensor& out) {
  const ops::PowerScale scale = ops::power_scale(out);
  call.set("mantissa", scale.mantissa).set("shift", scale.shift).set("out_zero", ops::zero_point_of(out));
}

KernelCall with_spectrum(CallBuilder& call) {
  KernelCall made = call.take();
  made.sources.emplace_back("mote_spectrum.c");
  return made;
}

KernelCall lower_taper(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  CallBuilder call("taper_s16");
  call.reads(node).set("frames", std::int64_t{in[0]} * in[1]).set("window", in[2]).set("depth", in[3]);
  call.constant("taper", ops::taper_table(ops::window_function(node.attrs.text("window"), in[2])));
  return call.overlap(kElementwise).cost(element_count(in) * 10, 110).take();
}

KernelCall lower_rfft(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const auto fft = static_cast<std::int32_t>(node.attrs.integer("fft"));
  const ops::FrameSpec frames{.window = in[2], .fft = fft};
  const std::int64_t count = std::int64_t{in[0]} * in[1];
  CallBuilder call("rfft_s16");
  call.reads(node).set("frames", count).set("window", in[2]).set("fft", fft);
  call.constant("sine", ops::sine_table(fft)).scratch(std::int64_t{fft} * 4);
  call.cost(count * (spectrum_instructions(frames) + std::int64_t{fft} * 9), 900);
  return with_spectrum(call);
}

KernelCall lower_power(const Graph& graph, const Node& node, const Target&) {
  CallBuilder call("power_spectrum_s16");
  const ops::FrameSpec frames = set_frames(call, graph, node);
  set_power_output(call, ops::output(graph, node));
  call.scratch(std::int64_t{frames.fft} * 4).overlap(frame_overlap(frames, frames.bins()));
  const std::int64_t each = spectrum_instructions(frames) + std::int64_t{frames.bins()} * 45;
  call.cost(std::int64_t{frames.batches} * frames.frames * each, 1000);
  return with_spectrum(call);
}

KernelCall lower_bands(const Graph& graph, const Node& node, const Target&) {
  CallBuilder call("band_powers_s16");
  const ops::FrameSpec frames = set_frames(call, graph, node);
  const ops::MelBank bank = *ops::mel_bank(node.attrs, frames.fft);
  set_bank(call, bank);
  set_power_output(call, ops::output(graph, node));
  call.scratch(std::int64_t{frames.fft} * 4).overlap(frame_overlap(frames, bank.bands));
  const std::int64_t each = spectrum_instructions(frames) + mel_instructions(bank);
  call.cost(std::int64_t{frames.batches} * frames.frames * each, 1100);
  return with_spectrum(call);
}

bool applies(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }

}  // namespace

const KernelDef taper_s16 = {"taper_s16", &ops::taper, "taper_s16.c", applies, lower_taper};
const KernelDef rfft_s16 = {"rfft_s16", &ops::rfft, "rfft_s16.c", applies, lower_rfft};
const KernelDef power_spectrum_s16 = {"power_spectrum_s16", &ops::power_spectrum, "power_spectrum_s16.c", applies,
                                      lower_power};
const KernelDef band_powers_s16 = {"band_powers_s16", &ops::band_powers, "band_powers_s16.c", applies, lower_bands};

}  // namespace mote::kernels
