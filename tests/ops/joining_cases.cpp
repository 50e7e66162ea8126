// Cases of the operators that join, cut and keep tensors: concat, slice, delay_line, squared_error. See cases.h.
#include "ops/ops.h"
#include "ops/squared_error.h"
#include "tests/ops/case_maker.h"
#include "tests/ops/cases.h"

namespace mote::testing {
namespace {

using List = std::vector<std::int64_t>;

std::string typed(const char* op, DType type, const char* name) {
  return std::string(op) + (type == DType::i8 ? "_s8_" : "_f32_") + name;
}

OpCase concat_case(const char* name, const std::vector<Shape>& in, std::int64_t axis, DType type) {
  CaseMaker maker(typed("concat", type, name), ops::concat, 11);
  maker.attr("axis", axis);
  for (const Shape& shape : in) maker.input(type, shape, {0.1F, -9});
  return maker.output_quant({0.1F, -9}).make();
}

OpCase slice_case(const char* name, const Shape& in, const List& begin, const List& size, const List& stride,
                  const List& drop, DType type) {
  CaseMaker maker(typed("slice", type, name), ops::slice, 12);
  maker.attr("begin", begin).attr("size", size).attr("stride", stride).attr("drop", drop);
  return maker.input(type, in, {0.1F, 4}).output_quant({0.1F, 4}).make();
}

OpCase delay_case(const char* name, const Shape& in, std::int64_t axis, std::int64_t length, DType type) {
  CaseMaker maker(typed("delay_line", type, name), ops::delay_line, 13);
  maker.attr("axis", axis).attr("length", length);
  return maker.input(type, in, {0.1F, 17}).output_quant({0.1F, 17}).make();
}

OpCase error_case(const char* name, const Shape& in, std::int32_t zero, DType type) {
  CaseMaker maker(typed("squared_error", type, name), ops::squared_error, 19);
  const float scale = ops::squared_error_scale(0.1F, element_count(in) / in[0]);
  maker.input(type, in, {0.1F, zero}).input(type, in, {0.1F, zero}).output_quant({scale, 0});
  return maker.make(type == DType::i8 ? DType::i32 : type);
}

}  // namespace

std::vector<OpCase> joining_cases() {
  std::vector<OpCase> cases;
  for (const DType type : {DType::i8, DType::f32}) {
    cases.push_back(concat_case("one", {{2, 3}}, 1, type));
    cases.push_back(concat_case("channels", {{1, 3, 2, 4}, {1, 3, 2, 1}, {1, 3, 2, 7}}, 3, type));
    cases.push_back(concat_case("words", {{1, 3, 2, 8}, {1, 3, 2, 4}}, 3, type));
    cases.push_back(concat_case("outermost", {{1, 3, 5}, {1, 2, 5}, {1, 1, 5}, {1, 3, 5}}, 1, type));
    cases.push_back(concat_case("eight", {{2}, {1}, {3}, {1}, {2}, {5}, {1}, {4}}, 0, type));
    cases.push_back(concat_case("five", {{2, 1}, {2, 2}, {2, 3}, {2, 4}, {2, 5}}, 1, type));
    cases.push_back(concat_case("six", {{1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}}, 0, type));
    cases.push_back(concat_case("seven", {{1}, {1}, {1}, {1}, {1}, {1}, {2}}, 0, type));
    cases.push_back(slice_case("everything", {2, 3, 4}, {0, 0, 0}, {2, 3, 4}, {1, 1, 1}, {}, type));
    cases.push_back(slice_case("rows", {1, 5, 4, 3}, {0, 1, 0, 0}, {1, 3, 4, 3}, {1, 1, 1, 1}, {}, type));
    cases.push_back(slice_case("channels", {1, 3, 2, 8}, {0, 0, 0, 2}, {1, 3, 2, 5}, {1, 1, 1, 1}, {}, type));
    cases.push_back(slice_case("strided", {1, 5, 7, 6}, {0, 1, 0, 1}, {1, 2, 3, 3}, {1, 2, 3, 2}, {}, type));
    cases.push_back(slice_case("last_step", {1, 6, 5}, {0, 5, 0}, {1, 1, 5}, {1, 1, 1}, {1}, type));
    cases.push_back(slice_case("one_element", {3, 3}, {2, 1}, {1, 1}, {1, 1}, {0, 1}, type));
    cases.push_back(delay_case("rows", {1, 2, 3, 4}, 1, 5, type));
    cases.push_back(delay_case("columns", {1, 3, 1, 5}, 2, 4, type));
    cases.push_back(delay_case("odd_bytes", {1, 1, 7}, 1, 9, type));
    cases.push_back(delay_case("no_history", {2, 3, 2}, 1, 3, type));
    cases.push_back(delay_case("shorter", {1, 4, 3}, 1, 2, type));
    cases.push_back(error_case("usual", {1, 7, 1, 48}, -20, type));
    cases.push_back(error_case("one_element", {1, 1}, 127, type));
    cases.push_back(error_case("of_three", {3, 13}, -128, type));
    cases.push_back(error_case("longest", {1, 33025}, 0, type));
  }
  return cases;
}

}  // namespace mote::testing
