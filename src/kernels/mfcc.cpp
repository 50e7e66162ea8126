// Kernel for mfcc: log_mel's tables and the cosines. The output may stand on the signal.
#include "ops/mfcc.h"

#include "kernels/call.h"
#include "kernels/kernels.h"
#include "kernels/spectrum.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

KernelCall lower_s16(const Graph& graph, const Node& node, const Target&) {
  CallBuilder call("mfcc_s16");
  const ops::FrameSpec frames = set_frames(call, graph, node);
  const ops::MelBank bank = *ops::mel_bank(node.attrs, frames.fft);
  const auto coefficients = static_cast<std::int32_t>(node.attrs.integer("coefficients"));
  set_mel(call, node, bank);
  set_log2_output(call, ops::output(graph, node));
  call.set("coefficients", coefficients).constant("cosines", ops::dct_table(bank.bands, coefficients));
  call.scratch((frames.fft + bank.bands) * 4);
  call.overlap(frame_overlap(frames, coefficients));
  const std::int64_t each = spectrum_instructions(frames) + mel_instructions(bank) + bank.bands * kLog2Instructions +
                            std::int64_t{coefficients} * (bank.bands * 7 + 30);
  KernelCall made = call.cost(std::int64_t{frames.batches} * frames.frames * each, 1250).take();
  made.sources.emplace_back("mote_spectrum.c");
  return made;
}

bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }

}  // namespace

const KernelDef mfcc_s16 = {"mfcc_s16", &ops::mfcc, "mfcc_s16.c", applies_s16, lower_s16};

}  // namespace mote::kernels
