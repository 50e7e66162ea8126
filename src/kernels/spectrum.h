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

/// Estimates for one frame, counted in the assembly of device/portable/mote_spectrum.c for Cortex-M4.
std::int64_t spectrum_instructions(const ops::FrameSpec& frames);
std::int64_t mel_instructions(const ops::MelBank& bank);

}  // namespace mote::kernels
