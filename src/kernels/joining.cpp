// Kernels for concat and slice. Both only move bytes, so one kernel serves every element type.
#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

constexpr std::size_t kMostInputs = 8;  ///< MOTE_CONCAT_INPUTS
constexpr std::size_t kMaxRank = 8;

std::vector<std::int64_t> eight(std::vector<std::int64_t> values) {
  values.resize(kMaxRank, 0);
  return values;
}

/// Instructions of device/portable/concat.c.
std::int64_t concat_cost(std::int64_t rows, const std::vector<std::int64_t>& row_bytes) {
  std::int64_t cost = 20, row = 0;
  bool words = true;
  for (const std::int64_t bytes : row_bytes) {
    row += bytes;
    words = words && bytes % 4 == 0;
    cost += rows * 14;
  }
  return cost + (words ? rows * row * 5 / 4 : rows * row * 5);
}

/// Rows are written from the first on, with what is left of each input always behind: the output may begin as far
/// before an input as the other inputs' rows push it back, but for the last row only what stands before it there.
Overlap concat_overlap(std::int64_t rows, const std::vector<std::int64_t>& row_bytes, std::size_t input) {
  std::int64_t others = 0, before = 0;
  for (std::size_t i = 0; i < row_bytes.size(); ++i) {
    if (i != input) others += row_bytes[i];
    if (i < input) before += row_bytes[i];
  }
  return {.allowed = true, .lead = (rows - 1) * others + before, .equal_offset_only = false};
}

KernelCall lower_concat(const Graph& graph, const Node& node, const Target&) {
  const Tensor& out = ops::output(graph, node);
  std::int64_t rows = 1;
  for (std::int64_t i = 0; i < node.attrs.integer("axis"); ++i) rows *= out.shape[static_cast<std::size_t>(i)];
  std::vector<std::int64_t> row_bytes;
  for (const TensorId id : node.inputs) row_bytes.push_back(graph.tensor(id).bytes() / rows);
  CallBuilder call("concat");
  call.reads(node, node.inputs.size()).set("rows", rows).set_list("row_bytes", eight(row_bytes));
  call.overlap(concat_overlap(rows, row_bytes, 0));
  KernelCall made = call.cost(concat_cost(rows, row_bytes), 250).take();
  for (std::size_t i = 1; i < row_bytes.size(); ++i)
    made.further_overlaps.push_back(concat_overlap(rows, row_bytes, i));
  made.kernel = "mote_concat_" + std::to_string(row_bytes.size());
  return made;
}

KernelCall lower_slice(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const auto& begin = node.attrs.list("begin");
  const auto& size = node.attrs.list("size");
  const auto& stride = node.attrs.list("stride");
  std::int64_t step = dtype_bytes(x.type, 1);
  std::int64_t run = step;
  std::int64_t first = 0;
  bool contiguous = true;  // so far, from the last axis on
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> strides;
  for (std::size_t i = x.shape.size(); i-- > 0;) {
    first += begin[i] * step;
    if (contiguous && (stride[i] == 1 || size[i] == 1)) {
      run *= size[i];
    } else {
      sizes.insert(sizes.begin(), size[i]);
      strides.insert(strides.begin(), stride[i] * step);
    }
    contiguous = contiguous && size[i] == x.shape[i] && stride[i] == 1;
    step *= x.shape[i];
  }
  CallBuilder call("slice");
  call.reads(node).set("begin", first).set("run", run).set("rank", static_cast<std::int64_t>(sizes.size()));
  call.set_list("size", eight(sizes)).set_list("stride", eight(strides)).overlap(kElementwise);
  const std::int64_t bytes = ops::output(graph, node).bytes();
  return call.cost(40 + bytes * 4 + bytes / run * 25, 140).take();
}

bool applies_concat(const Graph& graph, const Node& node, const Target&) {
  return node.inputs.size() <= kMostInputs && fits_device(graph, node, ops::input(graph, node, 0).type);
}
bool applies_slice(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, ops::input(graph, node, 0).type);
}

}  // namespace

KernelCall concat_operand(const Graph& graph, const Node& node, std::size_t operand) {
  const std::vector<std::int64_t> row_bytes = {graph.tensor(node.inputs[operand]).bytes()};
  CallBuilder call("concat");
  call.set("rows", 1).set_list("row_bytes", eight(row_bytes));
  KernelCall made = call.cost(concat_cost(1, row_bytes), 250).take();
  made.kernel = "mote_concat_1";
  return made;
}

const KernelDef concat = {"concat", &ops::concat, "concat.c", applies_concat, lower_concat};
const KernelDef slice = {"slice", &ops::slice, "slice.c", applies_slice, lower_slice};

}  // namespace mote::kernels
