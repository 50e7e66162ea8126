// relu6: min(max(x, 0), 6). Integer form: rescales to the output's quantisation, then clamps to its images of 0 and 6.
#include "ops/ops.h"
#include "ops/relu_like.h"

namespace mote::ops {
namespace {

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  run_relu("relu6", inputs[0], outputs[0]);
}

}  // namespace

const OpDef relu6 = {
    .name = "relu6",
    .elementwise = true,
    .in_place = true,
    .quant = QuantRule::calibrated,
    .infer = infer_relu,
    .run = run,
};

}  // namespace mote::ops
