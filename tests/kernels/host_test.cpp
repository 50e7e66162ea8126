// Every kernel of device/host against its operator's reference on this machine (chip_cases.h): int8 bit for bit, floats
// within 1e-5.
#include <gtest/gtest.h>

#include "kernels/kernels.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/dense_cases.h"
#include "tests/ops/case_maker.h"

namespace mote {
namespace {

using testing::OpCase;

const Board& host() {
  static const Board board = load_board("host").value();
  return board;
}

const std::vector<OpCase>& all_cases() {
  static const std::vector<OpCase> cases = [] {
    std::vector<OpCase> list = testing::op_cases();
    for (const OpCase& test : testing::dense_cases()) list.push_back(test);
    for (std::uint64_t seed = 1; seed <= 300; ++seed) list.push_back(testing::random_case(seed));
    return list;
  }();
  return cases;
}

class HostKernel : public ::testing::TestWithParam<const KernelDef*> {};

TEST_P(HostKernel, AgreesWithReference) { testing::expect_reference_on(host(), *GetParam(), all_cases(), 48); }

INSTANTIATE_TEST_SUITE_P(Kernels, HostKernel, ::testing::ValuesIn(testing::kernels_of_folder("host")),
                         [](const auto& test) { return std::string(test.param->name); });

}  // namespace
}  // namespace mote
