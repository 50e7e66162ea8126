// libFuzzer: any bytes as a .tflite file. What imports must satisfy the verifier, print and parse back to the same
// text, and run on the reference executor if it is small.
#include <cstdio>
#include <cstdlib>

#include "import/summary.h"
#include "import/tflite.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "ops/ops.h"
#include "tests/fuzz/small_graph.h"

namespace {

using namespace mote;

[[noreturn]] void broken(const std::string& what) {
  std::fprintf(stderr, "fuzz_tflite: %s\n", what.c_str());
  std::abort();
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
