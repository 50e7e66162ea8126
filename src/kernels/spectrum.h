// Fields and costs that the kernels on signals share. Where it stands: private to src/kernels; tables are those of
// src/ops/spectrum.h.
#pragma once

#include "kernels/call.h"
#include "ops/spectrum.h"

namespace mote::kernels {

/// Reads the signal; sets batches, samples, window, stride, fft, frames, taper and sine.
ops::FrameSpec set_frames(CallBuilder& call, const Graph& graph, const Node& node);
/// bands, edges, rise.
void set_bank(CallBuilder& call, const ops::MelBank& bank);
/// The same, floor and floor_shift.
void set_mel(CallBuilder& call, const Node& node, const ops::MelBank& bank);
/// log2, multiplier, shift, out_zero.
void set_log2_output(CallBuilder& call, const Tensor& out);

/// `features` bytes are written after each frame was read.
Overlap frame_overlap(const ops::FrameSpec& frames, std::int64_t features);

/// Estimates for one frame, fitted to what was counted on the emulated Cortex-M4 with 256, 512 and 1024 points.
std::int64_t spectrum_instructions(const ops::FrameSpec& frames);
std::int64_t mel_instructions(const ops::MelBank& bank);
constexpr std::int64_t kLog2Instructions = 182;  ///< of mote_log2 and what stands around it, a band

}  // namespace mote::kernels
