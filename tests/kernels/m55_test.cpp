// Every kernel of device/cortex_m55 against its operator's reference on host and chip (chip_cases.h), and Helium's
// rounding against TFLite's.
#include <gtest/gtest.h>

extern "C" {
#include "device/cortex_m55/mote_mve.h"
}
#include "kernels/kernels.h"
#include "ops/fixed_point.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/dense_cases.h"
#include "tests/ops/case_maker.h"

namespace mote {
namespace {

using testing::OpCase;

const Board& m55() {
  static const Board board = load_board("mps3-an547").value();
  return board;
}

const std::vector<OpCase>& all_cases() {
  static const std::vector<OpCase> cases = [] {
    std::vector<OpCase> list = testing::dense_cases();
    for (const OpCase& test : testing::op_cases()) list.push_back(test);
    for (std::uint64_t seed = 1; seed <= 300; ++seed) list.push_back(testing::random_case(seed));
    return list;
  }();
  return cases;
}

class M55Kernel : public ::testing::TestWithParam<const KernelDef*> {};

TEST_P(M55Kernel, AgreesWithReferenceOnHostAndChip) {
  testing::expect_reference_on_host_and_chip(*GetParam(), m55(), all_cases());
}

INSTANTIATE_TEST_SUITE_P(Kernels, M55Kernel, ::testing::ValuesIn(testing::kernels_of_folder("cortex_m55")),
                         [](const auto& test) { return std::string(test.param->name); });

/// Every sum within three products of a rounding's edge, for every shift: a signed layer's result is TFLite's, a plain
/// layer's is where neither is below zero.
TEST(M55Rounding, IsThatOfTflite) {
  testing::Random random(3);
  for (std::int32_t shift = 0; shift >= -31; --shift)
    for (int i = 0; i < 200; ++i) {
      const std::int32_t multiplier = i == 0 ? INT32_MAX : random.integer(1 << 30, INT32_MAX);
      for (int k = 0; k < 60; ++k) {
        // A half of an output step, in products; sums are about as large, or twice that.
        const double half = (random.integer(-150, 150) + 0.5) * std::exp2(-shift) * 2147483648.0 / multiplier;
        if (std::abs(half) > 2.1e9) continue;
        const auto sum = static_cast<std::int32_t>(half) + random.integer(-3, 3);
        const std::int32_t want = multiply_by_quantized_multiplier(sum, {multiplier, shift});
        const std::int32_t plain = mote_mve_scale(sum, multiplier, shift, 0);
        ASSERT_EQ(std::max(plain, 0), std::max(want, 0)) << sum << " * " << multiplier << " >> " << -shift;
        if (shift == 0) continue;
        ASSERT_EQ(mote_mve_scale(sum, multiplier, shift, 1), want) << sum << " * " << multiplier << " >> " << -shift;
      }
    }
}

}  // namespace
}  // namespace mote
