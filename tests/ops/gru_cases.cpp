// Cases of gru. See cases.h.
#include "ops/ops.h"
#include "tests/ops/case_maker.h"
#include "tests/ops/cases.h"

namespace mote::testing {
namespace {

/// `scale` of the int8 gates: with 0.03 sigmoids stay in their middle, with 2 nearly all are at their ends.
OpCase gru_case(const std::string& name, const Shape& gates, bool sequence, DType type, float scale,
                float weights = 0.004F) {
  const char* kind = type == DType::i8 ? "gru_s8_" : type == DType::i16 ? "gru_s16_" : "gru_f32_";
  CaseMaker maker(kind + name, ops::gru, 23);
  const std::int32_t units = gates.back() / 3;
  maker.attr("sequence", std::int64_t{sequence ? 1 : 0});
  maker.input(type, gates, {type == DType::i16 ? scale / 256 : scale, type == DType::i8 ? 11 : 0});
  if (type == DType::f32) {
    maker.weights_f32({3 * units, units}, -127 * weights, 127 * weights);
    return maker.make();
  }
  std::vector<float> scales(static_cast<std::size_t>(3 * units));
  for (std::size_t i = 0; i < scales.size(); ++i) scales[i] = weights * static_cast<float>(i % 5 + 1) / 5;
  maker.weights_s8({3 * units, units}, scales, 0);
  return maker.output_quant({type == DType::i8 ? 0x1p-7F : 0x1p-15F, 0}).make();
}

}  // namespace

std::vector<OpCase> gru_cases() {
  std::vector<OpCase> cases;
  for (const DType type : {DType::i8, DType::i16, DType::f32}) {
    cases.push_back(gru_case("usual", {1, 12, 1, 48}, false, type, 0.03F));
    cases.push_back(gru_case("every_state", {1, 9, 1, 24}, true, type, 0.03F));
    cases.push_back(gru_case("series_of_two", {2, 5, 15}, false, type, 0.02F));
    cases.push_back(gru_case("one_unit", {1, 7, 3}, true, type, 0.03F));
    cases.push_back(gru_case("one_step", {1, 1, 1, 12}, false, type, 0.05F));
    cases.push_back(gru_case("saturated", {1, 6, 1, 30}, true, type, 2.0F));
    cases.push_back(gru_case("weights_alone", {1, 8, 1, 60}, false, type, 1e-4F, 0.008F));
  }
  return cases;
}

}  // namespace mote::testing
