// Every case's reference against double-precision arithmetic (exact.h): floats to rounding, int8 to the rounding of
// fixed point.
#include "tests/ops/exact.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "ops/ops.h"
#include "tests/ops/precision_cases.h"

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

/// Sums of int16 layers are scaled by multipliers of 16 bits: an error of the result's 2^-16th. The softmax's table
/// cannot tell its last 128th of a step from the end, so that exp(0) is 6 too small, and with it each quotient. A
/// mixture's logarithm may lie off by what src/ops/gaussian_mixture.cpp states. A
/// gru's sums are in steps of 2^-12, its curves straight between points, and errors go round in its state.
void expect_int16(const OpCase& test, const Bytes& got, const std::vector<double>& exact) {
  const double scale = static_cast<double>(test.graph.tensor(test.graph.outputs[0]).quant.scale[0]);
  const auto* values = reinterpret_cast<const std::int16_t*>(got.data());
  const bool softmax = test.graph.nodes[0].op->name == "softmax";
  const bool gru = test.graph.nodes[0].op->name == "gru";
  const bool mixture = test.graph.nodes[0].op->name == "gaussian_mixture";
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double wanted = std::clamp(exact[i] / scale, -32768.0, 32767.0);
    const double tolerance =
        softmax || gru ? 24.0 : 0.77 + std::fabs(wanted) * (mixture ? 0.002 : 0x1p-15) + (mixture ? 0.01 / scale : 0.0);
    ASSERT_NEAR(static_cast<double>(values[i]), wanted, tolerance) << test.name << " element " << i;
  }
}

/// Sums that are not rounded; the scale is.
void expect_int32(const OpCase& test, const Bytes& got, const std::vector<double>& exact) {
  const double scale = static_cast<double>(test.graph.tensor(test.graph.outputs[0]).quant.scale[0]);
  const auto* values = reinterpret_cast<const std::int32_t*>(got.data());
  for (std::size_t i = 0; i < exact.size(); ++i)
    ASSERT_NEAR(values[i] * scale, exact[i], 1e-6 * exact[i]) << test.name << " element " << i;
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
  if (out.type == DType::i16) {
    expect_int16(test, got, exact);
  } else if (out.type == DType::i8) {
    expect_int8(test, got, exact);
  } else if (out.type == DType::i32) {
    expect_int32(test, got, exact);
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

TEST(PrecisionCases, AgreeWithExactArithmetic) {
  EXPECT_GT(precision_cases().size(), 300U);
  for (const OpCase& test : precision_cases()) {
    check(test);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(Cases, CoverEveryOperator) {
  std::set<std::string_view> covered;
  for (const OpCase& test : op_cases()) covered.insert(test.graph.nodes[0].op->name);
  for (const OpDef* op : ops::all()) EXPECT_TRUE(covered.contains(op->name)) << op->name << " has no case";
}

}  // namespace
}  // namespace mote::testing
