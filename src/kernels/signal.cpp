// Kernels for the operators on signals without a transform: biquad, envelope, frame, sliding_stats.
#include "ops/signal.h"

#include <algorithm>

#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/biquad.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/spectrum.h"

namespace mote::kernels {
namespace {

ops::WalkSpec set_walk(CallBuilder& call, const Graph& graph, const Node& node) {
  const ops::WalkSpec spec = ops::walk_spec(ops::input(graph, node, 0), node.attrs);
  call.reads(node).set("batches", spec.batches).set("samples", spec.samples).set("window", spec.window);
  call.set("stride", spec.stride).set("frames", spec.frames);
  return spec;
}

/// `bytes` are written for a window after it was read.
Overlap walk_overlap(const ops::WalkSpec& spec, std::int64_t bytes) {
  if (spec.batches > 1) return {};
  const std::int64_t last = std::int64_t{spec.frames - 1} * (bytes - 2 * std::int64_t{spec.stride});
  return {.allowed = true, .lead = std::max<std::int64_t>(0, last), .equal_offset_only = false};
}

std::int64_t walked(const ops::WalkSpec& spec) { return std::int64_t{spec.batches} * spec.frames * spec.window; }

KernelCall lower_biquad(const Graph& graph, const Node& node, const Target&) {
  const ops::SignalSpec spec = ops::signal_spec(ops::input(graph, node, 0));
  const auto c = ops::biquad_coefficients(node.attrs);
  CallBuilder call("biquad_s16");
  call.reads(node).set("batches", spec.batches).set("samples", spec.samples);
  call.set("b0", c[0]).set("b1", c[1]).set("b2", c[2]).set("a1", c[3]).set("a2", c[4]);
  return call.overlap(kElementwise).cost(std::int64_t{spec.batches} * spec.samples * 55, 260).take();
}

KernelCall lower_envelope(const Graph& graph, const Node& node, const Target&) {
  CallBuilder call("envelope_s16");
  const ops::WalkSpec spec = set_walk(call, graph, node);
  return call.overlap(walk_overlap(spec, 2)).cost(walked(spec) * 6 + std::int64_t{spec.frames} * 25, 110).take();
}

KernelCall lower_frame(const Graph& graph, const Node& node, const Target&) {
  CallBuilder call("frame_s16");
  const ops::WalkSpec spec = set_walk(call, graph, node);
  const bool tapered = node.attrs.text("taper") == "hann";
  call.set("tapered", tapered ? 1 : 0);
  call.constant("taper", tapered ? ops::window_table(spec.window) : std::vector<std::int16_t>{0});
  return call.cost(walked(spec) * 9, 120).take();
}

KernelCall lower_stats(const Graph& graph, const Node& node, const Target&) {
  const Tensor& out = ops::output(graph, node);
  CallBuilder call("sliding_stats_s16");
  const ops::WalkSpec spec = set_walk(call, graph, node);
  const QuantizedMultiplier m = ops::stats_multiplier(out);
  call.set("multiplier", m.multiplier).set("shift", m.shift).set("out_zero", ops::zero_point_of(out));
  return call.overlap(walk_overlap(spec, 4)).cost(walked(spec) * 9 + std::int64_t{spec.frames} * 900, 480).take();
}

bool applies(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }

}  // namespace

const KernelDef biquad_s16 = {"biquad_s16", &ops::biquad, "biquad_s16.c", applies, lower_biquad};
const KernelDef envelope_s16 = {"envelope_s16", &ops::envelope, "envelope_s16.c", applies, lower_envelope};
const KernelDef frame_s16 = {"frame_s16", &ops::frame, "frame_s16.c", applies, lower_frame};
const KernelDef sliding_stats_s16 = {"sliding_stats_s16", &ops::sliding_stats, "sliding_stats_s16.c", applies,
                                     lower_stats};

}  // namespace mote::kernels
