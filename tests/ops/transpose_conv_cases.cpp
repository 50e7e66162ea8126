// Cases of transpose_conv. See cases.h.
#include "ops/ops.h"
#include "tests/ops/case_maker.h"
#include "tests/ops/cases.h"

namespace mote::testing {
namespace {

struct Transposed {
  const char* name;
  Shape in;
  std::int32_t out_c, kh, kw, sh, sw, top, left, height, width;
  const char* activation = "none";
  std::int32_t in_zero = 3, out_zero = -5;
  bool per_channel = true, bias = true;
};

const std::vector<Transposed>& transposed_rows() {
  static const std::vector<Transposed> rows = {
      {"same_stride2", {1, 4, 5, 3}, 5, 3, 3, 2, 2, 0, 0, 8, 10},
      {"valid_stride2", {1, 3, 4, 4}, 4, 3, 2, 2, 2, 0, 0, 7, 8, "relu", -128, -128},
      {"same_stride1", {2, 4, 4, 2}, 3, 3, 3, 1, 1, 1, 1, 4, 4, "relu6", 127, -100},
      {"filter_below_stride", {1, 3, 3, 2}, 2, 1, 2, 3, 3, 0, 0, 8, 9, "none", 0, 0, false},
      {"output_beyond", {1, 2, 2, 1}, 1, 2, 2, 2, 1, 1, 0, 9, 6, "relu_n1_to_1", 20, 20, true, false},
      {"one_element", {1, 1, 1, 1}, 1, 1, 1, 1, 1, 0, 0, 1, 1},
  };
  return rows;
}

OpCase transposed_case(const Transposed& r, DType type, std::uint64_t seed) {
  CaseMaker maker(std::string("transpose_conv") + (type == DType::i8 ? "_s8_" : "_f32_") + r.name, ops::transpose_conv,
                  seed);
  maker.attr("stride_h", r.sh).attr("stride_w", r.sw).attr("pad_top", r.top).attr("pad_left", r.left);
  maker.attr("height", r.height).attr("width", r.width).attr("activation", std::string(r.activation));
  maker.input(type, r.in, {0.047F, r.in_zero});
  const Shape weights = {r.out_c, r.kh, r.kw, r.in[3]};
  if (type == DType::f32) {
    maker.weights_f32(weights, -0.5F, 0.5F);
    if (r.bias) maker.weights_f32({r.out_c}, -2.0F, 2.0F);
    return maker.make();
  }
  maker.weights_s8(weights, weight_scales(r.per_channel, r.out_c), 0);
  if (r.bias) maker.bias_s32(r.out_c, 20000);
  maker.output_quant({fitting_scale(0.047F, r.kh * r.kw * r.in[3]), r.out_zero});
  return maker.make();
}

}  // namespace

std::vector<OpCase> transpose_conv_cases() {
  std::vector<OpCase> cases;
  for (const DType type : {DType::i8, DType::f32}) {
    std::uint64_t seed = 700;
    for (const Transposed& row : transposed_rows()) cases.push_back(transposed_case(row, type, ++seed));
  }
  return cases;
}

}  // namespace mote::testing
