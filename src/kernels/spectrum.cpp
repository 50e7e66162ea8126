// See spectrum.h.
#include "kernels/spectrum.h"

#include <algorithm>

#include "ops/operands.h"

namespace mote::kernels {

ops::FrameSpec set_frames(CallBuilder& call, const Graph& graph, const Node& node) {
  const ops::FrameSpec frames = ops::frame_spec(ops::input(graph, node, 0), node.attrs);
  call.reads(node).set("batches", frames.batches).set("samples", frames.samples).set("window", frames.window);
  call.set("stride", frames.stride).set("fft", frames.fft).set("frames", frames.frames);
  call.constant("taper", ops::window_table(frames.window)).constant("sine", ops::sine_table(frames.fft));
  return frames;
}

void set_bank(CallBuilder& call, const ops::MelBank& bank) {
  call.set("bands", bank.bands);
  std::vector<std::uint16_t> edges;
  for (const std::int32_t edge : bank.edges) edges.push_back(static_cast<std::uint16_t>(edge));
  call.constant("edges", edges).constant("rise", ops::rise_table(bank));
}

void set_mel(CallBuilder& call, const Node& node, const ops::MelBank& bank) {
  const ops::PowerFloor floor = ops::power_floor(node.attrs.real("floor"));
  set_bank(call, bank);
  call.set("floor", floor.mantissa).set("floor_shift", floor.shift);
}

void set_log2_output(CallBuilder& call, const Tensor& out) {
  const QuantizedMultiplier multiplier = ops::log2_multiplier(out);
  call.constant("log2", ops::log2_table());
  call.set("multiplier", multiplier.multiplier).set("shift", multiplier.shift).set("out_zero", ops::zero_point_of(out));
}

Overlap frame_overlap(const ops::FrameSpec& frames, std::int64_t features) {
  if (frames.batches > 1) return {};
  const std::int64_t last = std::int64_t{frames.frames - 1} * (features - 2 * std::int64_t{frames.stride});
  return {.allowed = true, .lead = std::max<std::int64_t>(0, last), .equal_offset_only = false};
}

std::int64_t spectrum_instructions(const ops::FrameSpec& frames) {
  std::int64_t stages = 0;
  for (std::int32_t half = 1; half < frames.fft / 2; half *= 2) ++stages;
  return frames.fft * 16 + std::int64_t{frames.fft} / 4 * stages * 28 + frames.fft / 4 * 40;
}

std::int64_t mel_instructions(const ops::MelBank& bank) {
  return static_cast<std::int64_t>(bank.rise.size()) * 25 + bank.bands * 80;
}

}  // namespace mote::kernels
