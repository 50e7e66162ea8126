// libFuzzer: any bytes as a .tflite file. What imports must satisfy the verifier, print and parse back to the same text,
// and run on the reference executor if it is small.
#include <cstdio>
#include <cstdlib>

#include "import/summary.h"
#include "import/tflite.h"
#include "ir/op_def.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "ops/execute.h"

namespace {

using namespace mote;

[[noreturn]] void broken(const std::string& what) {
  std::fprintf(stderr, "fuzz_tflite: %s\n", what.c_str());
  std::abort();
}

/// Bounds one run: elements of activations, and work.
bool is_small(const Graph& graph) {
  std::int64_t work = 0;
  for (const Tensor& tensor : graph.tensors) {
    work += tensor.elements();
    if (work > 100000) return false;
  }
  for (const Node& node : graph.nodes) {
    const std::int64_t macs = node.op->macs == nullptr ? 0 : node.op->macs(graph, node);
    if (macs > 100000) return false;
    work += macs;
    // Pooling has no MACs, yet its windows may be large.
    if (node.attrs.has("filter_h")) {
      const std::int64_t window = node.attrs.integer("filter_h") * node.attrs.integer("filter_w");
      if (window > 100000) return false;
      work += window * graph.tensor(node.outputs[0]).elements();
    }
    if (work > 1000000) return false;
  }
  return true;
}

void run_on_something(const Graph& graph) {
  std::vector<Bytes> values;
  for (const TensorId id : graph.inputs) {
    Bytes value(static_cast<std::size_t>(graph.tensor(id).bytes()));
    for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<std::uint8_t>(i * 31 + 7);
    values.push_back(std::move(value));
  }
  Executor(graph).run({values.begin(), values.end()});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  const auto summary = summarize_tflite(bytes, "fuzz");
  const auto graph = import_tflite(bytes, "fuzz");
  if (!graph) {
    if (graph.error().code == Code::Internal) broken(graph.error().to_string());
    return 0;
  }
  if (!summary) broken("imports, but has no summary");
  if (const auto verified = verify(*graph); !verified) broken(verified.error().to_string());
  ConstantStore store;
  const std::string text = to_text(*graph, &store);
  const auto again = parse_graph(text, store, ops::find);
  if (!again) broken("its text form does not parse: " + again.error().to_string());
  ConstantStore second;
  if (to_text(*again, &second) != text) broken("its text form does not round-trip");
  if (is_small(*graph)) run_on_something(*graph);
  return 0;
}
