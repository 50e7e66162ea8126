// sub: a - b with numpy's broadcasting of b, plus fused activation. Integer form: that of add, with b's share taken
// off.
#include "ops/add.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"activation", AttrKind::text, 0, 0, kActivations}};

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  run_sum(node, inputs, outputs, -1);
}

}  // namespace

const OpDef sub = {
    .name = "sub",
    .attrs = kAttrs,
    .min_inputs = 2,
    .max_inputs = 2,
    .elementwise = true,
    .in_place = true,
    .has_activation = true,
    .quant = QuantRule::calibrated,
    .infer = infer_sum,
    .run = run,
};

}  // namespace mote::ops
