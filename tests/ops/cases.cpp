// See cases.h. One table per family of operators; every row becomes an int8 and a float case where the operator has
// both.
#include "tests/ops/cases.h"

#include <fmt/format.h>

#include <cmath>

#include "ops/ops.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

struct Conv {
  const char* name;
  Shape in;            // N, H, W, C
  std::int32_t out_c;  // depthwise: C * multiplier
  std::int32_t kh = 1, kw = 1;
  std::int32_t sh = 1, sw = 1;
  std::int32_t dh = 1, dw = 1;
  std::int32_t top = 0, left = 0, bottom = 0, right = 0;
  const char* activation = "none";
  std::int32_t in_zero = 3, out_zero = -5;
  float gain = 1.0F;  // output scale relative to one that neither saturates nor vanishes
  bool per_channel = true, bias = true;
};

const std::vector<Conv>& conv_rows() {
  static const std::vector<Conv> rows = {
      {.name = "1x1", .in = {1, 4, 5, 8}, .out_c = 8},
      {.name = "one_element", .in = {1, 1, 1, 1}, .out_c = 1},
      {.name = "odd_channels", .in = {1, 3, 4, 5}, .out_c = 7},
      {.name = "3x3_same",
       .in = {1, 6, 6, 3},
       .out_c = 9,
       .kh = 3,
       .kw = 3,
       .top = 1,
       .left = 1,
       .bottom = 1,
       .right = 1},
      {.name = "3x3_valid_stride2", .in = {1, 7, 9, 4}, .out_c = 4, .kh = 3, .kw = 3, .sh = 2, .sw = 2},
      {.name = "zero_low_end",
       .in = {1, 5, 5, 2},
       .out_c = 6,
       .kh = 3,
       .kw = 3,
       .top = 1,
       .left = 1,
       .bottom = 1,
       .right = 1,
       .in_zero = -128,
       .out_zero = -128},
      {.name = "zero_high_end",
       .in = {1, 5, 5, 2},
       .out_c = 6,
       .kh = 3,
       .kw = 3,
       .top = 1,
       .left = 1,
       .bottom = 1,
       .right = 1,
       .in_zero = 127,
       .out_zero = 127},
      {.name = "zero_zero",
       .in = {1, 5, 5, 2},
       .out_c = 6,
       .kh = 3,
       .kw = 3,
       .top = 1,
       .left = 1,
       .bottom = 1,
       .right = 1,
       .in_zero = 0,
       .out_zero = 0},
      {.name = "asymmetric_pads",
       .in = {1, 6, 5, 3},
       .out_c = 6,
       .kh = 3,
       .kw = 2,
       .sh = 2,
       .sw = 2,
       .top = 0,
       .left = 1,
       .bottom = 2,
       .right = 0},
      {.name = "wide_pads",
       .in = {1, 3, 3, 2},
       .out_c = 4,
       .kh = 2,
       .kw = 2,
       .top = 3,
       .left = 4,
       .bottom = 3,
       .right = 5},
      {.name = "window_over_whole_input",
       .in = {1, 3, 2, 4},
       .out_c = 4,
       .kh = 5,
       .kw = 5,
       .top = 2,
       .left = 2,
       .bottom = 2,
       .right = 2},
      {.name = "stride_beyond_filter", .in = {1, 9, 8, 3}, .out_c = 3, .kh = 2, .kw = 1, .sh = 4, .sw = 3},
      {.name = "dilated",
       .in = {1, 8, 9, 2},
       .out_c = 4,
       .kh = 3,
       .kw = 3,
       .dh = 2,
       .dw = 3,
       .top = 2,
       .left = 3,
       .bottom = 2,
       .right = 3},
      {.name = "dilated_rows", .in = {1, 9, 4, 4}, .out_c = 4, .kh = 3, .kw = 2, .sh = 2, .dh = 3, .top = 1},
      {.name = "batch_of_two",
       .in = {2, 4, 4, 3},
       .out_c = 6,
       .kh = 3,
       .kw = 3,
       .top = 1,
       .left = 1,
       .bottom = 1,
       .right = 1},
      {.name = "keyword_first",
       .in = {1, 12, 10, 1},
       .out_c = 8,
       .kh = 10,
       .kw = 4,
       .sh = 2,
       .sw = 2,
       .top = 4,
       .left = 1,
       .bottom = 5,
       .right = 1,
       .activation = "relu",
       .in_zero = 83,
       .out_zero = -128},
      {.name = "relu6", .in = {1, 4, 4, 4}, .out_c = 4, .kh = 2, .kw = 2, .activation = "relu6", .out_zero = -100},
      {.name = "relu_n1_to_1", .in = {1, 4, 4, 4}, .out_c = 4, .activation = "relu_n1_to_1", .out_zero = 20},
      {.name = "saturating", .in = {1, 4, 4, 4}, .out_c = 8, .kh = 2, .kw = 2, .gain = 0.05F},
      {.name = "left_shift", .in = {1, 3, 3, 2}, .out_c = 4, .gain = 1e-4F},
      {.name = "vanishing", .in = {1, 3, 3, 2}, .out_c = 4, .gain = 1e7F},
      {.name = "right_shift_31", .in = {1, 3, 3, 2}, .out_c = 4, .gain = 3e8F},
      {.name = "per_tensor",
       .in = {1, 5, 4, 4},
       .out_c = 8,
       .kh = 3,
       .kw = 3,
       .top = 1,
       .left = 1,
       .bottom = 1,
       .right = 1,
       .per_channel = false},
      {.name = "no_bias", .in = {1, 4, 4, 4}, .out_c = 4, .kh = 3, .kw = 3, .bias = false},
      {.name = "many_channels",
       .in = {1, 3, 3, 64},
       .out_c = 64,
       .kh = 3,
       .kw = 3,
       .top = 1,
       .left = 1,
       .bottom = 1,
       .right = 1,
       .activation = "relu",
       .out_zero = -128},
  };
  return rows;
}

void set_window(CaseMaker& maker, const Conv& r) {
  maker.attr("stride_h", r.sh).attr("stride_w", r.sw).attr("dilation_h", r.dh).attr("dilation_w", r.dw);
  maker.attr("pad_top", r.top).attr("pad_left", r.left).attr("pad_bottom", r.bottom).attr("pad_right", r.right);
  maker.attr("activation", std::string(r.activation));
}

OpCase conv_case(const Conv& r, DType type, bool depthwise, std::uint64_t seed) {
  const OpDef& op = depthwise ? ops::depthwise_conv2d : ops::conv2d;
  const Shape weights = depthwise ? Shape{1, r.kh, r.kw, r.out_c} : Shape{r.out_c, r.kh, r.kw, r.in[3]};
  const std::int32_t taps = r.kh * r.kw * (depthwise ? 1 : r.in[3]);
  const std::string kind = std::string(op.name) + (type == DType::i8 ? "_s8_" : "_f32_") + r.name;
  CaseMaker maker(kind, op, seed);
  set_window(maker, r);
  const float in_scale = 0.047F;
  maker.input(type, r.in, {in_scale, r.in_zero});
  if (type == DType::f32) {
    maker.weights_f32(weights, -0.5F, 0.5F);
    if (r.bias) maker.weights_f32({r.out_c}, -2.0F, 2.0F);
    return maker.make();
  }
  maker.weights_s8(weights, weight_scales(r.per_channel, r.out_c), depthwise ? 3 : 0);
  if (r.bias) maker.bias_s32(r.out_c, 20000);
  maker.output_quant({r.gain * fitting_scale(in_scale, taps), r.out_zero});
  return maker.make();
}

struct Connected {
  const char* name;
  Shape in;
  std::int32_t inputs, outputs;
  const char* activation = "none";
  std::int32_t in_zero = 3, out_zero = -5;
  float gain = 1.0F;
  bool per_channel = false, bias = true, keep_dims = false;
};

const std::vector<Connected>& connected_rows() {
  static const std::vector<Connected> rows = {
      {.name = "plain", .in = {1, 16}, .inputs = 16, .outputs = 8},
      {.name = "one_by_one", .in = {1, 1}, .inputs = 1, .outputs = 1},
      {.name = "odd", .in = {3, 13}, .inputs = 13, .outputs = 7, .activation = "relu", .out_zero = -128},
      {.name = "flattening", .in = {2, 3, 2, 2}, .inputs = 12, .outputs = 5},
      {.name = "keep_dims", .in = {2, 3, 6}, .inputs = 6, .outputs = 10, .keep_dims = true},
      {.name = "rows_grow", .in = {5, 3}, .inputs = 3, .outputs = 9},
      {.name = "rows_shrink", .in = {5, 9}, .inputs = 9, .outputs = 2},
      {.name = "zero_low_end", .in = {1, 20}, .inputs = 20, .outputs = 6, .in_zero = -128, .out_zero = -128},
      {.name = "zero_high_end", .in = {1, 20}, .inputs = 20, .outputs = 6, .in_zero = 127, .out_zero = 127},
      {.name = "saturating", .in = {1, 20}, .inputs = 20, .outputs = 6, .gain = 0.05F},
      {.name = "left_shift", .in = {1, 4}, .inputs = 4, .outputs = 6, .gain = 1e-4F},
      {.name = "per_channel", .in = {1, 20}, .inputs = 20, .outputs = 6, .per_channel = true},
      {.name = "no_bias", .in = {1, 20}, .inputs = 20, .outputs = 6, .bias = false},
      {.name = "deep",
       .in = {1, 640},
       .inputs = 640,
       .outputs = 128,
       .activation = "relu",
       .in_zero = 89,
       .out_zero = -128},
  };
  return rows;
}

OpCase connected_case(const Connected& r, DType type, std::uint64_t seed) {
  CaseMaker maker(std::string("fully_connected") + (type == DType::i8 ? "_s8_" : "_f32_") + r.name,
                  ops::fully_connected, seed);
  maker.attr("activation", std::string(r.activation)).attr("keep_dims", std::int64_t{r.keep_dims ? 1 : 0});
  maker.input(type, r.in, {0.031F, r.in_zero});
  if (type == DType::f32) {
    maker.weights_f32({r.outputs, r.inputs}, -0.5F, 0.5F);
    if (r.bias) maker.weights_f32({r.outputs}, -2.0F, 2.0F);
    return maker.make();
  }
  maker.weights_s8({r.outputs, r.inputs}, weight_scales(r.per_channel, r.outputs), 0);
  if (r.bias) maker.bias_s32(r.outputs, 20000);
  maker.output_quant({r.gain * fitting_scale(0.031F, r.inputs), r.out_zero});
  return maker.make();
}

struct Pool {
  const char* name;
  Shape in;
  std::int32_t fh, fw;
  std::int32_t sh = 1, sw = 1;
  std::int32_t top = 0, left = 0, bottom = 0, right = 0;
  const char* activation = "none";
  std::int32_t zero = -7;
};

const std::vector<Pool>& pool_rows() {
  static const std::vector<Pool> rows = {
      {.name = "2x2", .in = {1, 6, 6, 4}, .fh = 2, .fw = 2, .sh = 2, .sw = 2},
      {.name = "1x1", .in = {1, 3, 3, 2}, .fh = 1, .fw = 1},
      {.name = "global", .in = {1, 5, 7, 3}, .fh = 5, .fw = 7},
      {.name = "global_one_channel", .in = {1, 4, 4, 1}, .fh = 4, .fw = 4},
      {.name = "same_3x3", .in = {1, 5, 5, 3}, .fh = 3, .fw = 3, .top = 1, .left = 1, .bottom = 1, .right = 1},
      {.name = "asymmetric",
       .in = {1, 5, 6, 3},
       .fh = 3,
       .fw = 2,
       .sh = 2,
       .sw = 2,
       .top = 2,
       .left = 0,
       .bottom = 0,
       .right = 1},
      {.name = "stride_beyond_filter", .in = {1, 9, 9, 2}, .fh = 2, .fw = 2, .sh = 4, .sw = 3},
      {.name = "batch_of_two", .in = {2, 4, 4, 5}, .fh = 2, .fw = 2, .sh = 2, .sw = 2},
      {.name = "relu", .in = {1, 4, 4, 5}, .fh = 2, .fw = 2, .activation = "relu", .zero = 10},
      {.name = "relu6", .in = {1, 4, 4, 5}, .fh = 3, .fw = 1, .activation = "relu6", .zero = -60},
  };
  return rows;
}

OpCase pool_case(const Pool& r, const OpDef& op, DType type, std::uint64_t seed) {
  CaseMaker maker(std::string(op.name) + (type == DType::i8 ? "_s8_" : "_f32_") + r.name, op, seed);
  maker.attr("filter_h", r.fh).attr("filter_w", r.fw).attr("stride_h", r.sh).attr("stride_w", r.sw);
  maker.attr("pad_top", r.top).attr("pad_left", r.left).attr("pad_bottom", r.bottom).attr("pad_right", r.right);
  maker.attr("activation", std::string(r.activation));
  maker.input(type, r.in, {0.06F, r.zero}).output_quant({0.06F, r.zero});
  return maker.make();
}

struct Sum {
  const char* name;
  Shape a, b;
  QuantParams qa = {0.05F, 3}, qb = {0.03F, -9}, out = {0.06F, -20};
  const char* activation = "none";
};

const std::vector<Sum>& sum_rows() {
  static const std::vector<Sum> rows = {
      {.name = "same_shape", .a = {1, 4, 4, 8}, .b = {1, 4, 4, 8}},
      {.name = "vector", .a = {17}, .b = {17}},
      {.name = "scalars", .a = {}, .b = {}},
      {.name = "by_scalar", .a = {1, 3, 4, 2}, .b = {}},
      {.name = "by_channel", .a = {1, 3, 4, 5}, .b = {5}},
      {.name = "by_row", .a = {2, 3, 4, 5}, .b = {3, 1, 1}},
      {.name = "by_pixel", .a = {2, 3, 4, 5}, .b = {1, 3, 4, 1}},
      {.name = "alternating", .a = {2, 3, 4, 5}, .b = {2, 1, 4, 1}},
      {.name = "zero_ends", .a = {1, 40}, .b = {1, 40}, .qa = {0.05F, -128}, .qb = {0.05F, 127}, .out = {0.1F, 0}},
      {.name = "saturating", .a = {1, 40}, .b = {1, 40}, .out = {0.001F, 0}},
      {.name = "equal_scales", .a = {1, 40}, .b = {1, 40}, .qa = {0.05F, 0}, .qb = {0.05F, 0}, .out = {0.05F, 0}},
      {.name = "unequal_scales", .a = {1, 40}, .b = {1, 40}, .qa = {5.0F, 0}, .qb = {0.0001F, 0}, .out = {4.0F, 5}},
      {.name = "relu", .a = {1, 40}, .b = {1, 40}, .out = {0.03F, -128}, .activation = "relu"},
      {.name = "relu6", .a = {1, 40}, .b = {1, 40}, .out = {0.04F, -90}, .activation = "relu6"},
  };
  return rows;
}

OpCase sum_case(const Sum& r, DType type, std::uint64_t seed, const OpDef& op = ops::add) {
  CaseMaker maker(std::string(op.name) + (type == DType::i8 ? "_s8_" : "_f32_") + r.name, op, seed);
  maker.attr("activation", std::string(r.activation)).input(type, r.a, r.qa).input(type, r.b, r.qb).output_quant(r.out);
  return maker.make();
}

struct Softmax {
  const char* name;
  Shape in;
  float scale = 0.1F;
  double beta = 1.0;
};

const std::vector<Softmax>& softmax_rows() {
  static const std::vector<Softmax> rows = {
      {.name = "two", .in = {1, 2}},
      {.name = "one", .in = {1, 1}},
      {.name = "rows", .in = {4, 12}},
      {.name = "coarse", .in = {3, 10}, .scale = 1.5F},
      {.name = "very_coarse", .in = {3, 10}, .scale = 40.0F},
      {.name = "fine", .in = {3, 10}, .scale = 0.001F},
      {.name = "beta", .in = {3, 10}, .scale = 0.05F, .beta = 2.5},
      {.name = "row_of_300", .in = {1, 300}, .scale = 0.0005F},
      {.name = "long_rows", .in = {2, 700}, .scale = 0.0005F},
      {.name = "longest_row", .in = {1, 4095}, .scale = 0.00001F},
  };
  return rows;
}

OpCase softmax_case(const Softmax& r, DType type, std::uint64_t seed) {
  CaseMaker maker(std::string("softmax") + (type == DType::i8 ? "_s8_" : "_f32_") + r.name, ops::softmax, seed);
  maker.attr("beta", r.beta).input(type, r.in, {r.scale, 4}).output_quant({1.0F / 256.0F, -128});
  return maker.make();
}

using List = std::vector<std::int64_t>;

OpCase transpose_case(const char* name, const Shape& in, const List& perm, DType type) {
  CaseMaker maker(std::string("transpose") + (type == DType::i8 ? "_s8_" : "_f32_") + name, ops::transpose, 5);
  return maker.attr("perm", perm).input(type, in, {0.1F, 7}).output_quant({0.1F, 7}).make();
}

OpCase pad_case(const char* name, const Shape& in, const List& before, const List& after, std::int32_t zero,
                DType type) {
  CaseMaker maker(std::string("pad") + (type == DType::i8 ? "_s8_" : "_f32_") + name, ops::pad, 6);
  return maker.attr("before", before)
      .attr("after", after)
      .input(type, in, {0.1F, zero})
      .output_quant({0.1F, zero})
      .make();
}

OpCase reshape_case(const char* name, const Shape& in, const List& shape, DType type) {
  CaseMaker maker(std::string("reshape") + (type == DType::i8 ? "_s8_" : "_f32_") + name, ops::reshape, 7);
  return maker.attr("shape", shape).input(type, in, {0.1F, 7}).output_quant({0.1F, 7}).make();
}

OpCase unary_case(const char* name, const OpDef& op, const Shape& in, DType from, QuantParams q, DType to,
                  QuantParams out) {
  const std::string kind =
      std::string(op.name) + (from == DType::i8 ? "_s8" : "_f32") + (to == DType::i8 ? "_s8_" : "_f32_");
  return CaseMaker(kind + name, op, 8).input(from, in, q).output_quant(out).make(to);
}

void add_windowed(std::vector<OpCase>& cases) {
  for (const DType type : {DType::i8, DType::f32}) {
    std::uint64_t seed = 100;
    for (const Conv& row : conv_rows()) {
      cases.push_back(conv_case(row, type, false, ++seed));
      Conv depthwise = row;
      depthwise.out_c = row.in[3];
      cases.push_back(conv_case(depthwise, type, true, ++seed));
    }
    const Conv same = {
        .name = "", .in = {1, 6, 5, 1}, .out_c = 8, .kh = 3, .kw = 3, .top = 1, .left = 1, .bottom = 1, .right = 1};
    Conv one = same;
    one.name = "multiplier_8_of_one_channel";
    cases.push_back(conv_case(one, type, true, ++seed));
    Conv several = same;
    several.name = "multiplier_2";
    several.in[3] = 3;
    several.out_c = 6;
    several.sh = 2;
    several.dw = 2;
    cases.push_back(conv_case(several, type, true, ++seed));
    for (const Pool& row : pool_rows()) {
      cases.push_back(pool_case(row, ops::average_pool2d, type, ++seed));
      cases.push_back(pool_case(row, ops::max_pool2d, type, ++seed));
    }
  }
}

void add_movement(std::vector<OpCase>& cases) {
  for (const DType type : {DType::i8, DType::f32}) {
    cases.push_back(transpose_case("matrix", {3, 5}, {1, 0}, type));
    cases.push_back(transpose_case("nothing", {3, 5}, {0, 1}, type));
    cases.push_back(transpose_case("vector", {9}, {0}, type));
    cases.push_back(transpose_case("channels_first", {2, 3, 4, 5}, {0, 3, 1, 2}, type));
    cases.push_back(transpose_case("reverse_5d", {2, 3, 1, 2, 3}, {4, 3, 2, 1, 0}, type));
    cases.push_back(pad_case("image", {1, 3, 4, 2}, {0, 1, 2, 0}, {0, 2, 1, 0}, -128, type));
    cases.push_back(pad_case("everything", {2, 2, 2, 2}, {1, 1, 1, 1}, {1, 0, 2, 1}, 127, type));
    cases.push_back(pad_case("vector", {5}, {3}, {0}, 9, type));
    cases.push_back(pad_case("nothing", {2, 3}, {0, 0}, {0, 0}, 9, type));
    cases.push_back(pad_case("outermost", {2, 3}, {2, 0}, {1, 0}, 9, type));
    cases.push_back(reshape_case("flatten", {1, 2, 3, 4}, {1, 24}, type));
    cases.push_back(reshape_case("to_scalar", {1, 1}, {}, type));
  }
}

void add_unary(std::vector<OpCase>& cases) {
  for (const OpDef* op : {&ops::relu, &ops::relu6}) {
    cases.push_back(unary_case("plain", *op, {3, 41}, DType::f32, {}, DType::f32, {}));
    cases.push_back(unary_case("same_quantisation", *op, {512}, DType::i8, {0.1F, -20}, DType::i8, {0.1F, -20}));
    cases.push_back(unary_case("rescaled", *op, {512}, DType::i8, {0.1F, 20}, DType::i8, {0.03F, -128}));
    cases.push_back(unary_case("widened", *op, {512}, DType::i8, {0.01F, 127}, DType::i8, {0.5F, 100}));
  }
  for (const double alpha : {0.0, 0.1, 1.0, 2.5}) {
    const auto leaky = [&](DType type, QuantParams q, QuantParams out) {
      const std::string name = fmt::format("leaky_relu_{}_{}_tenths", dtype_name(type), std::lround(10 * alpha));
      CaseMaker maker(name, ops::leaky_relu, 11);
      cases.push_back(maker.attr("alpha", alpha).input(type, {3, 171}, q).output_quant(out).make());
    };
    leaky(DType::f32, {}, {});
    leaky(DType::i8, {0.1F, -20}, {0.07F, 30});
  }
  cases.push_back(unary_case("plain", ops::quantize, {1, 300}, DType::f32, {}, DType::i8, {0.04F, -3}));
  cases.push_back(unary_case("clipped", ops::quantize, {1, 300}, DType::f32, {}, DType::i8, {0.001F, 100}));
  cases.push_back(unary_case("coarse", ops::quantize, {1, 300}, DType::f32, {}, DType::i8, {1.0F, 0}));
  cases.push_back(unary_case("finer", ops::quantize, {1, 512}, DType::i8, {0.1F, 5}, DType::i8, {0.05F, -7}));
  cases.push_back(unary_case("coarser", ops::quantize, {1, 512}, DType::i8, {0.1F, -128}, DType::i8, {0.33F, 127}));
  cases.push_back(unary_case("plain", ops::dequantize, {1, 512}, DType::i8, {0.1F, -128}, DType::f32, {}));
  cases.push_back(unary_case("high_zero", ops::dequantize, {1, 512}, DType::i8, {0.007F, 127}, DType::f32, {}));
}

OpCase batch_norm_case() {
  CaseMaker maker("batch_norm_f32_image", ops::batch_norm, 9);
  maker.attr("epsilon", 1e-3).input(DType::f32, {2, 3, 3, 5});
  return maker.weights_f32({5}, 0.5F, 2.0F)
      .weights_f32({5}, -1.0F, 1.0F)
      .weights_f32({5}, -1.0F, 1.0F)
      .weights_f32({5}, 0.1F, 3.0F)
      .make();
}

std::vector<OpCase> make_all() {
  std::vector<OpCase> cases;
  add_windowed(cases);
  for (const DType type : {DType::i8, DType::f32}) {
    std::uint64_t seed = 900;
    for (const Connected& row : connected_rows()) cases.push_back(connected_case(row, type, ++seed));
    for (const Sum& row : sum_rows()) cases.push_back(sum_case(row, type, ++seed));
    for (const Softmax& row : softmax_rows()) cases.push_back(softmax_case(row, type, ++seed));
    for (const Sum& row : sum_rows()) cases.push_back(sum_case(row, type, ++seed, ops::sub));
  }
  add_movement(cases);
  add_unary(cases);
  cases.push_back(batch_norm_case());
  for (OpCase& one : signal_cases()) cases.push_back(std::move(one));
  for (OpCase& one : joining_cases()) cases.push_back(std::move(one));
  for (OpCase& one : tabular_cases()) cases.push_back(std::move(one));
  for (OpCase& one : gru_cases()) cases.push_back(std::move(one));
  for (OpCase& one : transpose_conv_cases()) cases.push_back(std::move(one));
  return cases;
}

const char* random_activation(Random& random) {
  constexpr const char* kNames[] = {"none", "relu", "relu6", "relu_n1_to_1"};
  return kNames[random.integer(0, 3)];
}

std::int32_t random_zero(Random& random) {
  return random.chance(30) ? (random.chance(50) ? -128 : 127) : random.integer(-128, 127);
}

OpCase random_conv(Random& random, DType type, const char* name) {
  const bool depthwise = random.chance(50);
  Conv r{.name = name,
         .in = {random.integer(1, 2), random.integer(1, 9), random.integer(1, 9), random.integer(1, 9)},
         .out_c = 1};
  r.out_c = depthwise ? r.in[3] * (random.chance(70) ? 1 : random.integer(2, 3)) : random.integer(1, 10);
  r.kh = random.integer(1, 4);
  r.kw = random.integer(1, 4);
  r.sh = random.integer(1, 3);
  r.sw = random.integer(1, 3);
  if (random.chance(30)) {
    r.dh = random.integer(1, 3);
    r.dw = random.integer(1, 3);
  }
  r.top = random.integer(0, 3);
  r.left = random.integer(0, 3);
  r.bottom = random.integer(0, 2) + std::max(0, (r.kh - 1) * r.dh + 1 - r.in[1] - r.top);
  r.right = random.integer(0, 2) + std::max(0, (r.kw - 1) * r.dw + 1 - r.in[2] - r.left);
  r.activation = random_activation(random);
  r.in_zero = random_zero(random);
  r.out_zero = random_zero(random);
  r.gain = std::exp2(random.real(-4.0F, 3.0F));
  r.per_channel = random.chance(70);
  r.bias = random.chance(80);
  return conv_case(r, type, depthwise, random.bits());
}

OpCase random_pool(Random& random, DType type, const char* name) {
  Pool r{.name = name,
         .in = {random.integer(1, 2), random.integer(1, 9), random.integer(1, 9), random.integer(1, 9)},
         .fh = 1,
         .fw = 1};
  r.fh = random.integer(1, r.in[1]);
  r.fw = random.integer(1, r.in[2]);
  r.sh = random.integer(1, 4);
  r.sw = random.integer(1, 4);
  r.top = random.integer(0, r.fh - 1);
  r.left = random.integer(0, r.fw - 1);
  r.bottom = random.integer(0, r.fh - 1);
  r.right = random.integer(0, r.fw - 1);
  r.activation = random_activation(random);
  r.zero = random_zero(random);
  return pool_case(r, random.chance(50) ? ops::average_pool2d : ops::max_pool2d, type, random.bits());
}

OpCase random_connected(Random& random, DType type, const char* name) {
  Connected r{
      .name = name, .in = {random.integer(1, 4), random.integer(1, 70)}, .inputs = 1, .outputs = random.integer(1, 40)};
  r.inputs = r.in[1];
  r.activation = random_activation(random);
  r.in_zero = random_zero(random);
  r.out_zero = random_zero(random);
  r.gain = std::exp2(random.real(-4.0F, 3.0F));
  r.per_channel = random.chance(50);
  r.bias = random.chance(80);
  r.keep_dims = random.chance(30);
  return connected_case(r, type, random.bits());
}

OpCase random_sum(Random& random, DType type, const char* name) {
  Sum r{.name = name, .a = {}, .b = {}};
  for (std::int32_t i = random.integer(1, 4); i > 0; --i) r.a.push_back(random.integer(1, 6));
  r.b = r.a;
  for (auto& dim : r.b)
    if (random.chance(25)) dim = 1;
  const auto quant = [&] { return QuantParams{std::exp2(random.real(-8.0F, 0.0F)), random_zero(random)}; };
  r.qa = quant();
  r.qb = quant();
  r.out = quant();
  r.activation = random_activation(random);
  return sum_case(r, type, random.bits());
}

}  // namespace

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> cases = make_all();
  return cases;
}

OpCase random_case(std::uint64_t seed) {
  Random random(seed);
  const DType type = random.chance(75) ? DType::i8 : DType::f32;
  const std::string name = "random_" + std::to_string(seed);
  switch (random.integer(0, 9)) {
    case 0:
      return random_sum(random, type, name.c_str());
    case 1:
      return random_connected(random, type, name.c_str());
    case 2:
    case 3:
      return random_pool(random, type, name.c_str());
    default:
      return random_conv(random, type, name.c_str());
  }
}

}  // namespace mote::testing
