// See run_kernel.h.
#include "tests/kernels/run_kernel.h"

#include <cstring>
#include <filesystem>
#include <memory>

#include "ir/int4.h"
#include "tests/kernels/device_call.h"

namespace mote::testing {
namespace {

/// Constants and inputs as the planner would pass them.
std::vector<Bytes> argument_values(const KernelCall& call, const OpCase& test) {
  std::vector<Bytes> values;
  for (const TensorId id : call.reads) {
    const Tensor& tensor = test.graph.tensor(id);
    if (tensor.is_constant()) {
      values.push_back(*tensor.data);
      continue;
    }
    for (std::size_t i = 0; i < test.graph.inputs.size(); ++i)
      if (test.graph.inputs[i] == id) values.push_back(test.inputs[i]);
  }
  return values;
}

std::unique_ptr<std::uint8_t[]> exact_copy(const Bytes& bytes) {
  auto copy = std::make_unique<std::uint8_t[]>(bytes.size());
  std::memcpy(copy.get(), bytes.data(), bytes.size());
  return copy;
}

}  // namespace

const Target& host_target() {
  static const Target target = [] {
    Target t;
    t.name = "host";
    t.folders = {"portable"};
    const std::filesystem::path folder = std::filesystem::path(MOTE_TEST_SOURCE_DIR) / "device" / "portable";
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".c") t.sources.push_back(entry.path().filename().string());
    return t;
  }();
  return target;
}

OpCase seen_by(const KernelDef& def, const OpCase& test) {
  OpCase seen = test;
  if (!def.int4) seen.graph = widen_int4(test.graph);
  return seen;
}

Bytes run_apart(const KernelDef& def, const OpCase& test) {
  const KernelCall call = def.lower(test.graph, test.graph.nodes[0], host_target());
  const Tensor& out = test.graph.tensor(test.graph.outputs[0]);
  const bool state = test.graph.nodes[0].op->stateful;
  const Bytes poison(static_cast<std::size_t>(out.bytes()), state ? reset_byte(out) : std::uint8_t{0xa5});
  std::vector<std::unique_ptr<std::uint8_t[]>> buffers;
  buffers.push_back(exact_copy(poison));
  for (const Bytes& value : argument_values(call, test)) buffers.push_back(exact_copy(value));
  if (call.scratch_bytes > 0) buffers.push_back(exact_copy(Bytes(static_cast<std::size_t>(call.scratch_bytes), 0x5a)));
  std::vector<void*> arguments;
  for (const auto& buffer : buffers) arguments.push_back(buffer.get());
  call_device(call, arguments);
  return {buffers[0].get(), buffers[0].get() + poison.size()};
}

Bytes run_overlapping(const KernelDef& def, const OpCase& test, std::size_t input) {
  const KernelCall call = def.lower(test.graph, test.graph.nodes[0], host_target());
  Overlap overlap = call.overlap;
  if (input > 0) overlap = input <= call.further_overlaps.size() ? call.further_overlaps[input - 1] : Overlap{};
  if (!overlap.allowed) return {};
  const std::vector<Bytes> values = argument_values(call, test);
  const auto out_bytes = static_cast<std::size_t>(test.graph.tensor(test.graph.outputs[0]).bytes());
  // Floats stay aligned: leads of float kernels are multiples of 4, mixed ones are rounded up as the planner would.
  const auto lead = overlap.equal_offset_only ? std::size_t{0} : static_cast<std::size_t>((overlap.lead + 3) / 4 * 4);
  std::vector<std::uint8_t> memory(std::max(out_bytes, lead + values[input].size()), 0xa5);
  std::memcpy(memory.data() + lead, values[input].data(), values[input].size());
  std::vector<std::unique_ptr<std::uint8_t[]>> others;
  std::vector<void*> arguments = {memory.data()};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == input) {
      arguments.push_back(memory.data() + lead);
      continue;
    }
    others.push_back(exact_copy(values[i]));
    arguments.push_back(others.back().get());
  }
  if (call.scratch_bytes > 0) {
    others.push_back(exact_copy(Bytes(static_cast<std::size_t>(call.scratch_bytes), 0x5a)));
    arguments.push_back(others.back().get());
  }
  call_device(call, arguments);
  return {memory.data(), memory.data() + out_bytes};
}

}  // namespace mote::testing
