// batch_norm (inference form, float only): gamma * (x - mean) / sqrt(variance + epsilon) + beta, per channel of the
// last axis. Passes fold it into the operator before it; it has no device kernel.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"epsilon", AttrKind::real}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  MOTE_TRY_VOID(want_type(x, DType::f32, "input"));
  if (x.shape.empty()) return bad_input("input is a scalar; it needs a channel axis");
  constexpr std::array<std::string_view, 5> kNames = {"input", "gamma", "beta", "mean", "variance"};
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    const Tensor& parameter = input(graph, node, i);
    MOTE_TRY_VOID(want_type(parameter, DType::f32, kNames[i]));
    if (parameter.shape.size() != 1 || parameter.shape[0] != x.shape.back())
      return bad_input(fmt::format("{} \"{}\" is {}, input has {} channels", kNames[i], parameter.name,
                                   shape_text(parameter.shape), x.shape.back()));
  }
  return one_output(DType::f32, x.shape);
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const std::int64_t channels = inputs[0].tensor->shape.back();
  const std::int64_t count = inputs[0].tensor->elements();
  const auto epsilon = static_cast<float>(node.attrs.real("epsilon"));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t c = i % channels;
    const float gain = inputs[1].as<float>()[c] / std::sqrt(inputs[4].as<float>()[c] + epsilon);
    outputs[0].as<float>()[i] = (inputs[0].as<float>()[i] - inputs[3].as<float>()[c]) * gain + inputs[2].as<float>()[c];
  }
}

}  // namespace

const OpDef batch_norm = {
    .name = "batch_norm",
    .attrs = kAttrs,
    .min_inputs = 5,
    .max_inputs = 5,
    .elementwise = true,
    .in_place = true,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
