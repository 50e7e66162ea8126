// libFuzzer: any text as a .mir file without a sidecar. What parses must verify, print and parse back to the same text.
#include <cstdlib>

#include "ir/text.h"
#include "ir/verify.h"
#include "ops/ops.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mote;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto graph = parse_graph(text, {}, ops::find);
  if (!graph) {
    if (graph.error().code == Code::Internal) std::abort();
    return 0;
  }
  if (!verify(*graph)) std::abort();
  const std::string printed = to_text(*graph, nullptr);
  const auto again = parse_graph(printed, {}, ops::find);
  if (!again || to_text(*again, nullptr) != printed) std::abort();
  return 0;
}
