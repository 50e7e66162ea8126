// Kernels for log_mel: tables of window, sines, filter bank and logarithm. The output may stand on the signal.
#include "kernels/call.h"
#include "kernels/kernels.h"
#include "kernels/spectrum.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

KernelCall lower_s16(const Graph& graph, const Node& node, const Target&) {
  CallBuilder call("log_mel_s16");
  const ops::FrameSpec frames = set_frames(call, graph, node);
  const ops::MelBank bank = *ops::mel_bank(node.attrs, frames.fft);
  set_mel(call, node, bank);
  set_log2_output(call, ops::output(graph, node));
  call.scratch((frames.fft + bank.bands) * 4);
  call.overlap(frame_overlap(frames, bank.bands));
  const std::int64_t each =
      spectrum_instructions(frames) + mel_instructions(bank) + bank.bands * (kLog2Instructions + 20);
  KernelCall made = call.cost(std::int64_t{frames.batches} * frames.frames * each, 1100).take();
  made.sources.emplace_back("mote_spectrum.c");
  return made;
}

bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }

}  // namespace

const KernelDef log_mel_s16 = {"log_mel_s16", &ops::log_mel, "log_mel_s16.c", applies_s16, lower_s16};

}  // namespace mote::kernels
