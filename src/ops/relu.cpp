// relu: max(x, 0). Integer form: rescales to the output's quantisation, then clamps at its zero point.
#include "ops/ops.h"
#include "ops/relu_like.h"

namespace mote::ops {
namespace {

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  run_relu("relu", inputs[0], outputs[0]);
}

}  // namespace

const OpDef relu = {
    .name = "relu",
    .elementwise = true,
    .in_place = true,
    .quant = QuantRule::calibrated,
    .infer = infer_relu,
    .run = run,
};

}  // namespace mote::ops
