// Every kernel of device/scalar32 against its operator's reference on the host, on the emulated ESP32-C3 (rv32) and on
// the emulated ESP8266 (xtensa, whose folder has other inner loops); see chip_cases.h.
#include <gtest/gtest.h>

#include "kernels/kernels.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/dense_cases.h"
#include "tests/kernels/window_cases.h"

namespace mote {
namespace {

using testing::OpCase;

const std::vector<OpCase>& all_cases() {
  static const std::vector<OpCase> cases = [] {
    std::vector<OpCase> list = testing::dense_cases();
    for (const OpCase& test : testing::window_cases()) list.push_back(test);
    for (const OpCase& test : testing::op_cases()) list.push_back(test);
    for (std::uint64_t seed = 1; seed <= 300; ++seed) list.push_back(testing::random_case(seed));
    return list;
  }();
  return cases;
}

using Parameter = std::tuple<const char*, const KernelDef*>;
class Scalar32Kernel : public ::testing::TestWithParam<Parameter> {};

TEST_P(Scalar32Kernel, AgreesWithReferenceOnHostAndChip) {
  const auto [name, def] = GetParam();
  Board board = load_board(name).value();
  board.ram[0].bytes = 0x100000;  // all cases at once are more than the chip's RAM holds
  board.flash.bytes = 0x400000;
  testing::expect_reference_on_host_and_chip(*def, board, all_cases());
}

std::string test_name(const ::testing::TestParamInfo<Parameter>& test) {
  const std::string board = std::get<0>(test.param);
  return std::string(std::get<1>(test.param)->name) + (board == "esp8266" ? "_xtensa" : "_rv32");
}

INSTANTIATE_TEST_SUITE_P(Kernels, Scalar32Kernel,
                         ::testing::Combine(::testing::Values("esp32-c3", "esp8266"),
                                            ::testing::ValuesIn(testing::kernels_of_folder("scalar32"))),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Rv32, Scalar32Kernel,
                         ::testing::Combine(::testing::Values("esp32-c3"),
                                            ::testing::ValuesIn(testing::kernels_of_folder("rv32"))),
                         test_name);

}  // namespace
}  // namespace mote
