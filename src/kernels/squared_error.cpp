// Kernels for squared_error.
#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

KernelCall lower(const Graph& graph, const Node& node, std::string_view file, std::int64_t each_costs) {
  const Tensor& a = ops::input(graph, node, 0);
  CallBuilder call(file);
  call.reads(node, 2).set("batches", a.shape[0]).set("count", a.elements() / a.shape[0]);
  return call.cost(20 + a.elements() * each_costs, 60).take();
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target&) {
  return lower(graph, node, "squared_error_s8", 6);
}
KernelCall lower_f32(const Graph& graph, const Node& node, const Target&) {
  return lower(graph, node, "squared_error_f32", 8);
}
bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }
bool applies_f32(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::f32); }

}  // namespace

const KernelDef squared_error_s8 = {"squared_error_s8", &ops::squared_error, "squared_error_s8.c", applies_s8,
                                    lower_s8};
const KernelDef squared_error_f32 = {"squared_error_f32", &ops::squared_error, "squared_error_f32.c", applies_f32,
                                     lower_f32};

}  // namespace mote::kernels
