// See signal.h.
#include "ops/signal.h"

#include <fmt/format.h>

#include <cmath>

#include "ops/operands.h"

namespace mote::ops {
namespace {

Result<void> want_full_scale_one(const Tensor& t) {
  if (t.type == DType::f32) return {};
  if (t.type != DType::i16)
    return unsupported(fmt::format("signal \"{}\" is {}; f32 and i16 are supported", t.name, dtype_name(t.type)));
  MOTE_TRY_VOID(want_per_tensor(t, "signal"));
  if (zero_point_of(t) != 0 || std::fabs(scale_of(t) * 32768.0F - 1.0F) > 1e-5F)
    return unsupported(fmt::format("int16 signal \"{}\" must have scale 1/32768 and zero point 0", t.name));
  return {};
}

}  // namespace

SignalSpec signal_spec(const Tensor& x) { return {x.shape[0], static_cast<std::int32_t>(x.elements() / x.shape[0])}; }

Result<void> want_signal(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  if (x.shape.size() < 2) return bad_input("its signal must be [N, samples]");
  return want_full_scale_one(x);
}

Result<void> want_filter(const Graph& graph, const Node& node) {
  MOTE_TRY_VOID(want_signal(graph, node));
  MOTE_TRY_VOID(want_type(output(graph, node), input(graph, node, 0).type, "output"));
  return want_full_scale_one(output(graph, node));
}

WalkSpec walk_spec(const Tensor& x, const Attributes& attrs) {
  WalkSpec spec;
  static_cast<SignalSpec&>(spec) = signal_spec(x);
  spec.window = static_cast<std::int32_t>(attrs.integer("window"));
  spec.stride = static_cast<std::int32_t>(attrs.integer("stride"));
  spec.frames = spec.samples < spec.window ? 0 : (spec.samples - spec.window) / spec.stride + 1;
  return spec;
}

Result<WalkSpec> walk_spec(const Graph& graph, const Node& node) {
  MOTE_TRY_VOID(want_signal(graph, node));
  const WalkSpec spec = walk_spec(input(graph, node, 0), node.attrs);
  if (spec.frames < 1)
    return bad_input(
        fmt::format("its signal of {} samples is shorter than one window of {}", spec.samples, spec.window));
  return spec;
}

}  // namespace mote::ops
