// Every portable kernel against its operator's reference, bit for bit for integers: on the shared case list, on random
// cases, and with the output overlapping the input as far as the kernel says it may.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "kernels/kernels.h"
#include "ops/ops.h"
#include "tests/kernels/run_kernel.h"
#include "tests/ops/precision_cases.h"

namespace mote::testing {
namespace {

std::vector<const KernelDef*> applicable(const OpCase& test) {
  std::vector<const KernelDef*> defs;
  const Node& node = test.graph.nodes[0];
  for (const KernelDef* def : kernels_for(*node.op))
    if (host_target().has_source(def->source) && def->applies(seen_by(*def, test).graph, node, host_target()))
      defs.push_back(def);
  return defs;
}

/// Integers equal; floats within 1e-5 of the largest output (sums run in the reference's order, but compilers may fuse
/// a * b + c).
void expect_same(const OpCase& test, const Bytes& got, const Bytes& expected, const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  if (test.graph.tensor(test.graph.outputs[0]).type != DType::f32) {
    for (std::size_t i = 0; i < got.size(); ++i)  // byte by byte, of int16 too
      ASSERT_EQ(static_cast<int>(static_cast<std::int8_t>(got[i])),
                static_cast<int>(static_cast<std::int8_t>(expected[i])))
          << what << " element " << i;
    return;
  }
  const auto* a = reinterpret_cast<const float*>(got.data());
  const auto* b = reinterpret_cast<const float*>(expected.data());
  float largest = 0.0F;
  for (std::size_t i = 0; i < got.size() / 4; ++i) largest = std::max(largest, std::fabs(b[i]));
  for (std::size_t i = 0; i < got.size() / 4; ++i) ASSERT_NEAR(a[i], b[i], 1e-5F * largest) << what << " element " << i;
}

void check(const OpCase& test) {
  const auto defs = applicable(test);
  ASSERT_FALSE(defs.empty()) << "no kernel for " << test.name;
  const Bytes expected = run_reference(test);
  for (const KernelDef* def : defs) {
    const std::string what = std::string(def->name) + " on " + test.name;
    const OpCase seen = seen_by(*def, test);
    expect_same(test, run_apart(*def, seen), expected, what);
    for (std::size_t input = 0; input < seen.graph.nodes[0].inputs.size(); ++input) {
      const Bytes overlapping = run_overlapping(*def, seen, input);
      if (!overlapping.empty()) expect_same(test, overlapping, expected, what + ", overlapping");
    }
    EXPECT_GT(def->lower(seen.graph, seen.graph.nodes[0], host_target()).instructions, 0) << what;
  }
}

/// batch_norm has no kernel: passes fold it. The operators on signals and features run on chips in integers alone.
bool has_kernels(const OpCase& test) {
  const Node& node = test.graph.nodes[0];
  if (node.op == &ops::batch_norm) return false;
  const bool front_end = node.op->quant == QuantRule::signal || node.op->quant == QuantRule::signal_filter ||
                         node.op == &ops::normalise || node.op == &ops::resize_image;
  return !front_end || test.graph.tensor(node.inputs[0]).type != DType::f32;
}

class Portable : public ::testing::TestWithParam<std::size_t> {};
TEST_P(Portable, AgreesWithReference) {
  const OpCase& test = op_cases()[GetParam()];
  if (!has_kernels(test)) return;
  check(test);
}
INSTANTIATE_TEST_SUITE_P(Kernels, Portable, ::testing::Range(std::size_t{0}, op_cases().size()),
                         [](const auto& test) { return op_cases()[test.param].name; });

TEST(PortableRandom, AgreesWithReference) {
  for (std::uint64_t seed = 1; seed <= 600 && !::testing::Test::HasFatalFailure(); ++seed) check(random_case(seed));
}

TEST(PortablePrecisions, AgreeWithReference) {
  std::set<std::string_view> used;
  for (const OpCase& test : precision_cases()) {
    check(test);
    if (::testing::Test::HasFatalFailure()) return;
    for (const KernelDef* def : applicable(test)) used.insert(def->name);
  }
  for (const OpCase& test : tabular_cases())  // checked above, as op_cases()
    for (const KernelDef* def : applicable(test)) used.insert(def->name);
  for (const KernelDef* def : kernels::all()) {
    const bool other = def->name.find("s16") != std::string_view::npos || def->int4 || def->name == "quantize_rescale";
    const bool signal = def->op->quant == QuantRule::signal || def->op->quant == QuantRule::signal_filter;
    if (other && !signal && host_target().has_source(def->source)) {
      EXPECT_TRUE(used.contains(def->name)) << def->name << " has no case";
    }
  }
}

}  // namespace
}  // namespace mote::testing
