// Every case's reference against double-precision arithmetic (exact.h): floats to rounding, int8 to the rounding of
// fixed point.
#include "tests/ops/exact.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "ops/ops.h"

namespace mote::testing {
namespace {

/// How far an int8 result may lie from the exact one, in steps of the output. 0.5 is one rounding; the second rounding
/// of TFLite's scheme and its 31-bit multipliers add a little; relu6's or relu_n1_to_1's bound is itself rounded to a
/// step; softmax works with exponentials of 2^-19 and a table of reciprocals.
double tolerance(const OpCase& test) {
  const std::string_view op = test.graph.nodes[0].op->name;
  return op == "softmax" ? 1.0 : 0.76;
}

void expect_int8(const OpCase& test, const Bytes& got, const std::vector<double>& exact) {
  const Quantization& quant = test.graph.tensor(test.graph.outputs[0]).quant;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double steps = exact[i] / static_cast<double>(quant.scale[0]) + quant.zero_point[0];
    const double wanted = std::clamp(steps, -128.0, 127.0);
    const auto q = static_cast<double>(static_cast<std::int8_t>(got[i]));
    ASSERT_NEAR(q, wanted, tolerance(test)) << test.name << " element " << i;
  }
}

void expect_float(const OpCase& test, const Bytes& got, const std::vector<double>& exact) {
  const auto* values = reinterpret_cast<const float*>(got.data());
  double largest = 0.0;
  for (const double v : exact) largest = std::max(largest, std::fabs(v));
  for (std::size_t i = 0; i < exact.size(); ++i)
    ASSERT_NEAR(static_cast<double>(values[i]), exact[i], 2e-6 * largest) << test.name << " element " << i;
}

void check(const OpCase& test) {
  const Bytes got = run_reference(test);
  const std::vector<double> exact = exact_output(test);
  const Tensor& out = test.graph.tensor(test.graph.outputs[0]);
  ASSERT_EQ(static_cast<std::int64_t>(exact.size()), out.elements());
  if (out.type == DType::i8) {
    expect_int8(test, got, exact);
  } else {
    expect_float(test, got, exact);
  }
}

class Written : public ::testing::TestWithParam<std::size_t> {};
TEST_P(Written, AgreesWithExactArithmetic) { check(op_cases()[GetParam()]); }
INSTANTIATE_TEST_SUITE_P(Ops, Written, ::testing::Range(std::size_t{0}, op_cases().size()),
                         [](const auto& test) { return op_cases()[test.param].name; });

TEST(RandomCases, AgreeWithExactArithmetic) {
  for (std::uint64_t seed = 1; seed <= 400 && !::testing::Test::HasFatalFailure(); ++seed) check(random_case(seed));
}

TEST(Cases, CoverEveryOperator) {
  std::set<std::string_view> covered;
  for (const OpCase& test : op_cases()) covered.insert(test.graph.nodes[0].op->name);
  for (const OpDef* op : ops::all()) EXPECT_TRUE(covered.contains(op->name)) << op->name << " has no case";
}

}  // namespace
}  // namespace mote::testing
