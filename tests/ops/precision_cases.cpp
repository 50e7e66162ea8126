// See precision_cases.h.
#include "tests/ops/precision_cases.h"

#include <algorithm>

#include "ir/int4.h"
#include "ir/verify.h"
#include "ops/ops.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

bool is_int8_case(const OpCase& test) {
  const Graph& graph = test.graph;
  return graph.tensor(graph.nodes[0].inputs[0]).type == DType::i8 || graph.tensor(graph.outputs[0]).type == DType::i8;
}

void widen_activation(Tensor& tensor) {
  if (tensor.type != DType::i8) return;
  tensor.type = DType::i16;
  tensor.quant = {{tensor.quant.scale[0] / 256.0F}, {0}, 0};
}

Bytes widened(const Bytes& bytes, Random& random) {
  std::vector<std::int16_t> wide;
  for (const std::uint8_t b : bytes)
    wide.push_back(static_cast<std::int16_t>(static_cast<std::int8_t>(b) * 256 + random.integer(0, 255)));
  for (auto& v : wide)
    if (random.chance(5)) v = random.chance(50) ? std::int16_t{-32768} : std::int16_t{32767};
  return *make_data(wide);
}

template <typename T>
std::shared_ptr<const Bytes> bias_data(const Tensor& bias) {
  std::vector<T> values;
  for (const std::int32_t v : bias.constant<std::int32_t>()) values.push_back(static_cast<T>(v) * 256);
  return make_data(values);
}

/// Biases for int16 inputs: 64 bits, or 32 if `narrow`.
void set_bias(Graph& graph, Node& node, bool narrow) {
  if (node.op->bias_input < 0) return;
  const auto at = static_cast<std::size_t>(node.op->bias_input);
  if (at < node.inputs.size() && node.inputs[at] != kNoTensor) {
    Tensor& bias = graph.tensor(node.inputs[at]);
    bias.data = narrow ? bias_data<std::int32_t>(bias) : bias_data<std::int64_t>(bias);
    bias.type = narrow ? DType::i32 : DType::i64;
  } else if (!narrow && node.op != &ops::depthwise_conv2d) {
    const Shape& weights = graph.tensor(node.inputs[1]).shape;
    const std::vector<std::int64_t> zeros(static_cast<std::size_t>(weights[0]), 0);
    node.inputs.resize(at + 1, kNoTensor);
    node.inputs[at] = graph.add({"bias", DType::i64, {weights[0]}, {}, make_data(zeros)});
  }
}

/// Scales that int8 may have are too far apart for int16, in a case or two.
std::optional<OpCase> if_supported(OpCase made) {
  const auto valid = verify(made.graph);
  if (valid) return made;
  if (valid.error().code != Code::Unsupported)
    check_failed((made.name + ": " + valid.error().to_string()).c_str(), __FILE__, __LINE__);
  return std::nullopt;
}

OpCase conversion_case(const char* name, DType from, QuantParams q, DType to, QuantParams out) {
  return CaseMaker(name, ops::quantize, 8).input(from, {400}, q).output_quant(out).make(to);
}

}  // namespace

std::optional<OpCase> int16_case(const OpCase& test) {
  if (!is_int8_case(test)) return std::nullopt;
  Random random(static_cast<std::uint64_t>(test.name.size()) * 31 + test.inputs[0].size());
  OpCase made = test;
  made.name += "_as_s16";
  Graph& graph = made.graph;
  Node& node = graph.nodes[0];
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    Tensor& input = graph.tensor(graph.inputs[i]);
    if (input.type == DType::i8) made.inputs[i] = widened(made.inputs[i], random);
    widen_activation(input);
  }
  widen_activation(graph.tensor(graph.outputs[0]));
  if (node.op == &ops::softmax) graph.tensor(graph.outputs[0]).quant.scale = {1.0F / 32768.0F};
  const OpCase before = made;
  const bool narrow = node.op != &ops::depthwise_conv2d && node.op != &ops::transpose_conv && random.chance(35);
  set_bias(graph, node, narrow);
  if (narrow && !verify(graph)) {  // 32 bits are too few
    made = before;
    set_bias(made.graph, made.graph.nodes[0], false);
  }
  return if_supported(std::move(made));
}

std::optional<OpCase> int4_case(const OpCase& test) {
  const Node& node = test.graph.nodes[0];
  if (node.op->weight_input < 0) return std::nullopt;
  OpCase made = test;
  Tensor& weights = made.graph.tensor(node.inputs[1]);
  if (weights.type != DType::i8) return std::nullopt;
  made.name += "_w4";
  std::vector<std::int8_t> narrow;
  for (const std::int8_t w : weights.constant<std::int8_t>())
    narrow.push_back(static_cast<std::int8_t>(std::clamp((w + 144) / 16 - 9, -8, 7)));
  weights.type = DType::i4;
  weights.data = pack_int4(narrow);
  for (float& scale : weights.quant.scale) scale *= 16.0F;
  if (node.inputs.size() > 2 && node.inputs[2] != kNoTensor) {  // the same reals in coarser units
    Tensor& bias = made.graph.tensor(node.inputs[2]);
    if (bias.type == DType::i32) {
      std::vector<std::int32_t> values;
      for (const std::int32_t v : bias.constant<std::int32_t>()) values.push_back(v / 16);
      bias.data = make_data(values);
    }
  }
  return if_supported(std::move(made));
}

const std::vector<OpCase>& precision_cases() {
  static const std::vector<OpCase> cases = [] {
    std::vector<OpCase> from = op_cases();
    for (std::uint64_t seed = 5000; seed < 5150; ++seed) from.push_back(random_case(seed));
    std::vector<OpCase> list;
    for (const OpCase& test : from) {
      if (auto made = int4_case(test)) list.push_back(*made);
      if (auto made = int16_case(test)) {
        if (auto both = int4_case(*made)) list.push_back(*both);
        list.push_back(std::move(*made));
      }
    }
    list.push_back(conversion_case("s8_to_s16", DType::i8, {0.1F, -128}, DType::i16, {0.001F, 0}));
    list.push_back(conversion_case("s8_to_s16_saturating", DType::i8, {0.1F, 127}, DType::i16, {0.0001F, 0}));
    list.push_back(conversion_case("s16_to_s8", DType::i16, {0.001F, 0}, DType::i8, {0.2F, -3}));
    list.push_back(conversion_case("s16_to_s8_saturating", DType::i16, {0.001F, 0}, DType::i8, {0.01F, 100}));
    return list;
  }();
  return cases;
}

}  // namespace mote::testing
