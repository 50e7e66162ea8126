// Cases of the operators on rows of features: trees, centres, neighbours, mixtures. See cases.h.
#include <cmath>
#include <cstring>

#include "ops/ops.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

const char* suffix(DType type) { return type == DType::i8 ? "_s8_" : type == DType::i16 ? "_s16_" : "_f32_"; }

QuantParams features_of(DType type) { return {type == DType::i16 ? 0.001F : 0.05F, type == DType::i8 ? 7 : 0}; }
Quantization quantised(DType type, QuantParams quant) {
  return type == DType::f32 ? Quantization{} : Quantization{{quant.scale}, {quant.zero_point}, 0};
}

/// Values of x's type for a table: every third one stands in the input too, so that equals are met.
template <typename T>
std::vector<T> values_like(const CaseMaker& maker, std::size_t count, Random& random) {
  std::vector<T> inputs(maker.input_bytes().size() / sizeof(T));
  std::memcpy(inputs.data(), maker.input_bytes().data(), maker.input_bytes().size());
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(random.integer(0, static_cast<std::int32_t>(inputs.size()) - 1));
    if (i % 3 == 0) {
      values[i] = inputs[at];
    } else if constexpr (std::is_same_v<T, float>) {
      values[i] = random.real(-4.0F, 4.0F);
    } else {
      values[i] = static_cast<T>(random.integer(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    }
  }
  return values;
}

void add_table(CaseMaker& maker, DType type, const Shape& shape, Random& random) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  const Quantization quant = quantised(type, features_of(type));
  if (type == DType::i8) {
    maker.table(type, shape, values_like<std::int8_t>(maker, count, random), quant);
  } else if (type == DType::i16) {
    maker.table(type, shape, values_like<std::int16_t>(maker, count, random), quant);
  } else {
    maker.table(type, shape, values_like<float>(maker, count, random));
  }
}

struct Trees {
  const char* name;
  Shape in;
  std::int32_t outputs, trees, nodes;  ///< nodes: all trees together
  bool votes = true;                   ///< a leaf an output; else every leaf has a value of its own
  bool chain = false;                  ///< as deep as can be
};

/// Grows trees node by node at random places; what stays open becomes leaves.
OpCase trees_case(const Trees& r, DType type) {
  Random random(static_cast<std::uint64_t>(r.nodes) * 31 + static_cast<std::uint64_t>(r.trees));
  CaseMaker maker(std::string("tree_ensemble") + suffix(type) + r.name, ops::tree_ensemble, 41);
  maker.attr("outputs", std::int64_t{r.outputs}).input(type, r.in, features_of(type));
  std::vector<std::int32_t> nodes(static_cast<std::size_t>(r.nodes) * 3);
  std::vector<std::int32_t> roots(static_cast<std::size_t>(r.trees));
  std::vector<std::int32_t*> open;
  for (std::int32_t& root : roots) open.push_back(&root);
  const auto features = static_cast<std::int32_t>(element_count(r.in) / r.in[0]);
  for (std::int32_t n = 0; n < r.nodes; ++n) {
    const auto last = static_cast<std::int32_t>(open.size()) - 1;
    const auto at = static_cast<std::size_t>(r.chain ? last : random.integer(0, last));
    *open[at] = n;
    std::int32_t* node = nodes.data() + 3 * n;
    node[0] = random.integer(0, features - 1);
    open[at] = node + 1;
    open.push_back(node + 2);
  }
  std::vector<std::int32_t> outputs;
  for (std::int32_t*& place : open) {
    if (r.votes) {
      *place = -1 - random.integer(0, r.outputs - 1);
    } else {
      *place = -1 - static_cast<std::int32_t>(outputs.size());
      outputs.push_back(random.integer(0, r.outputs - 1));
    }
  }
  if (r.votes)
    for (std::int32_t o = 0; o < r.outputs; ++o) outputs.push_back(o);
  maker.table(DType::i32, {r.nodes, 3}, nodes);
  add_table(maker, type, {r.nodes}, random);
  const auto leaves = static_cast<std::int32_t>(outputs.size());
  maker.table(DType::i32, {r.trees}, roots).table(DType::i32, {leaves}, outputs);
  const QuantParams out{1.0F / static_cast<float>(r.trees), 0};
  if (type == DType::f32) {
    std::vector<float> values(outputs.size(), 1.0F);
    if (!r.votes)
      for (float& v : values) v = random.real(-2.0F, 2.0F);
    return maker.table(DType::f32, {leaves}, values).make(DType::f32);
  }
  std::vector<std::int16_t> values(outputs.size(), 1);
  if (!r.votes)
    for (auto& v : values) v = static_cast<std::int16_t>(random.integer(-32767 / r.trees, 32767 / r.trees));
  return maker.table(DType::i16, {leaves}, values, quantised(DType::i16, out)).output_quant(out).make(DType::i16);
}

OpCase centres_case(const char* name, const Shape& in, std::int32_t centres, float out_scale, DType type) {
  Random random(55);
  CaseMaker maker(std::string("centre_distance") + suffix(type) + name, ops::centre_distance, 42);
  maker.input(type, in, features_of(type));
  add_table(maker, type, {centres, static_cast<std::int32_t>(element_count(in) / in[0])}, random);
  return maker.output_quant({out_scale * features_of(type).scale, 0})
      .make(type == DType::f32 ? DType::f32 : DType::i16);
}

OpCase neighbours_case(const char* name, const Shape& in, std::int32_t points, std::int64_t neighbours,
                       std::int32_t outputs, DType type) {
  Random random(56);
  CaseMaker maker(std::string("neighbour_votes") + suffix(type) + name, ops::neighbour_votes, 43);
  maker.attr("neighbours", neighbours).attr("outputs", std::int64_t{outputs}).input(type, in, features_of(type));
  add_table(maker, type, {points, static_cast<std::int32_t>(element_count(in) / in[0])}, random);
  std::vector<std::int32_t> labels(static_cast<std::size_t>(points));
  for (std::int32_t& label : labels) label = random.integer(0, outputs - 1);
  return maker.table(DType::i32, {points}, labels)
      .output_quant({1.0F / static_cast<float>(neighbours), 0})
      .make(type == DType::f32 ? DType::f32 : DType::i16);
}

OpCase mixture_case(const char* name, const Shape& in, std::int32_t components, bool full, double spread, DType type) {
  Random random(57);
  CaseMaker maker(std::string("gaussian_mixture") + suffix(type) + name, ops::gaussian_mixture, 44);
  maker.input(type, in, features_of(type));
  const auto features = static_cast<std::int32_t>(element_count(in) / in[0]);
  const std::int32_t each = full ? features * (features + 1) / 2 : features;
  // Full scale of every type here lies between 4 and 33.
  maker.weights_f32({components, features}, -4.0F, 4.0F);
  const auto narrow = static_cast<float>(1 / spread);
  maker.weights_f32({components, each}, full ? -narrow : 0.5F * narrow, narrow);
  std::vector<float> offsets;
  for (std::int32_t k = 0; k < components; ++k) offsets.push_back(random.real(-12.0F, 3.0F));
  return maker.table(DType::f32, {components}, offsets)
      .output_quant({0.03F, 0})
      .make(type == DType::f32 ? DType::f32 : DType::i16);
}

}  // namespace

std::vector<OpCase> tabular_cases() {
  std::vector<OpCase> cases;
  for (const DType type : {DType::i8, DType::i16, DType::f32}) {
    cases.push_back(trees_case({"one", {3, 2}, 2, 1, 1}, type));
    cases.push_back(trees_case({"forest", {40, 5}, 3, 10, 300}, type));
    cases.push_back(trees_case({"one_feature", {9, 1}, 2, 3, 40}, type));
    cases.push_back(trees_case({"scores", {12, 3, 4}, 4, 6, 90, false}, type));
    cases.push_back(trees_case({"some_trees_are_leaves", {5, 3}, 4, 9, 6}, type));
    cases.push_back(trees_case({"chain", {9, 7}, 2, 2, 200, true, true}, type));
    cases.push_back(trees_case({"wide_nodes", {30, 2000}, 3, 2, 900}, type));
    cases.push_back(trees_case({"many_features", {5, 20000}, 3, 5, 60}, type));
    cases.push_back(centres_case("one", {4, 3}, 1, 0.5F, type));
    cases.push_back(centres_case("some", {7, 2, 3}, 9, 0.1F, type));
    cases.push_back(centres_case("saturates", {5, 30}, 2, 0.001F, type));
    cases.push_back(centres_case("coarse", {3, 100}, 3, 40.0F, type));
    cases.push_back(neighbours_case("one", {6, 4}, 1, 1, 1, type));
    cases.push_back(neighbours_case("nearest", {20, 3}, 40, 1, 3, type));
    cases.push_back(neighbours_case("five", {20, 6}, 90, 5, 4, type));
    cases.push_back(neighbours_case("all", {5, 2}, 12, 12, 3, type));
    cases.push_back(neighbours_case("one_feature", {20, 1}, 30, 4, 2, type));
    cases.push_back(mixture_case("one", {9, 3}, 1, false, 1.0, type));
    cases.push_back(mixture_case("diagonal", {20, 5}, 4, false, 2.0, type));
    cases.push_back(mixture_case("full", {20, 4}, 3, true, 2.0, type));
    cases.push_back(mixture_case("wide", {20, 2}, 6, false, 30.0, type));
    cases.push_back(mixture_case("many", {12, 3}, 40, true, 4.0, type));
  }
  return cases;
}

}  // namespace mote::testing
