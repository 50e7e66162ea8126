// libFuzzer: any bytes as a .tflite file, through the passes and the planner. What imports and is small must come out
// of the passes verified and, in integers, with the same outputs; what is planned must satisfy the independent memory
// checker.
#include <cstdio>
#include <cstdlib>

#include "import/tflite.h"
#include "kernels/kernel.h"
#include "ops/ops.h"
#include "passes/pipeline.h"
#include "plan/check_memory.h"
#include "plan/plan.h"
#include "tests/fuzz/small_graph.h"

namespace {

using namespace mote;

[[noreturn]] void broken(const std::string& what) {
  std::fprintf(stderr, "fuzz_compile: %s\n", what.c_str());
  std::abort();
}

/// Has every kernel source there is; with or without the DSP extension.
Target target_with(std::vector<std::string> features) {
  Target target{.name = "fuzz", .folders = {"portable"}, .features = std::move(features), .sources = {}};
  for (const OpDef* op : ops::all())
    for (const KernelDef* kernel : kernels_for(*op)) target.sources.emplace_back(kernel->source);
  return target;
}

bool has_float(const Graph& graph) {
  for (const Tensor& tensor : graph.tensors)
    if (tensor.type == DType::f32) return true;
  return false;
}

void compile(Graph graph, const Target& target, const std::vector<Bytes>& expected) {
  if (const auto records = passes::run(graph, target); !records) {
    if (records.error().code == Code::Internal) broken(records.error().to_string());
    return;
  }
  if (!has_float(graph) && run_on_something(graph) != expected) broken("the passes change what the graph computes");
  PlanOptions options;
  options.budget.ram_bytes = 1 << 20;
  const auto plan = make_plan(graph, target, options);
  if (plan) {
    if (const auto checked = check_memory(*plan, graph); !checked) broken(checked.error().to_string());
  } else if (plan.error().code == Code::Internal) {
    broken(plan.error().to_string());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Target plain = target_with({});
  static const Target dsp = target_with({"dsp", "fpu"});
  const auto graph = import_tflite({data, size}, "fuzz");
  if (!graph || !is_small(*graph)) return 0;
  const auto expected = run_on_something(*graph);
  compile(*graph, plain, expected);
  compile(*graph, dsp, expected);
  return 0;
}
