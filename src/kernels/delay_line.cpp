// The kernel of delay_line. The state is shifted, not used as a ring: the layers behind read one contiguous window, and
// a shift costs less than an instruction a byte where one multiplication with the state already costs more.
#include <algorithm>

#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& out = ops::output(graph, node);
  std::int64_t rows = 1;
  for (std::int64_t i = 0; i < node.attrs.integer("axis"); ++i) rows *= x.shape[static_cast<std::size_t>(i)];
  const std::int64_t in_row = x.bytes() / rows;
  const std::int64_t out_row = out.bytes() / rows;
  CallBuilder call("delay_line");
  call.reads(node).set("rows", rows).set("in_row", in_row).set("out_row", out_row);
  const bool words = in_row % 4 == 0 && out_row % 4 == 0;
  return call.cost(rows * (50 + (words ? out_row * 11 / 16 : out_row * 4)), 200).take();
}

bool applies(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, ops::input(graph, node, 0).type);
}

}  // namespace

const KernelDef delay_line = {"delay_line", &ops::delay_line, "delay_line.c", applies, lower};

}  // namespace mote::kernels
