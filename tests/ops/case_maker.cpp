// See case_maker.h.
#include "tests/ops/case_maker.h"

#include <cmath>

#include "ir/verify.h"
#include "ops/execute.h"

namespace mote::testing {
namespace {

Quantization per_tensor(QuantParams quant) { return {{quant.scale}, {quant.zero_point}, 0}; }

template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<std::int8_t> random_int8(Random& random, std::int64_t count, std::int32_t low) {
  std::vector<std::int8_t> values(static_cast<std::size_t>(count));
  for (auto& v : values) v = static_cast<std::int8_t>(random.integer(low, 127));
  // Both ends, often, so that saturation and the largest products occur.
  for (auto& v : values)
    if (random.chance(10)) v = static_cast<std::int8_t>(random.chance(50) ? low : 127);
  return values;
}

}  // namespace

CaseMaker::CaseMaker(std::string name, const OpDef& op, std::uint64_t seed) : random_(seed) {
  case_.name = std::move(name);
  case_.graph.name = "one_node";
  case_.graph.nodes.push_back({&op, "node", {}, {}, {}});
}

CaseMaker& CaseMaker::input(DType type, const Shape& shape, QuantParams quant) {
  const std::int64_t count = element_count(shape);
  Tensor tensor{"in" + std::to_string(case_.inputs.size()), type, shape, {}, nullptr};
  if (type == DType::i8) {
    tensor.quant = per_tensor(quant);
    case_.inputs.push_back(bytes_of(random_int8(random_, count, -128)));
  } else if (type == DType::i16) {
    tensor.quant = per_tensor(quant);
    std::vector<std::int16_t> values(static_cast<std::size_t>(count));
    for (auto& v : values) v = static_cast<std::int16_t>(random_.integer(-32768, 32767));
    case_.inputs.push_back(bytes_of(values));
  } else {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& v : values) v = random_.real(-4.0F, 4.0F);
    case_.inputs.push_back(bytes_of(values));
  }
  const TensorId id = case_.graph.add(std::move(tensor));
  case_.graph.inputs.push_back(id);
  case_.graph.nodes[0].inputs.push_back(id);
  return *this;
}

CaseMaker& CaseMaker::weights_f32(const Shape& shape, float low, float high) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (float& v : values) v = random_.real(low, high);
  const std::string name = "constant" + std::to_string(case_.graph.nodes[0].inputs.size());
  case_.graph.nodes[0].inputs.push_back(case_.graph.add({name, DType::f32, shape, {}, make_data(values)}));
  return *this;
}

CaseMaker& CaseMaker::weights_s8(const Shape& shape, const std::vector<float>& scales, std::int32_t axis) {
  const auto values = random_int8(random_, element_count(shape), -127);
  Quantization quant{scales, std::vector<std::int32_t>(scales.size(), 0), scales.size() > 1 ? axis : 0};
  case_.graph.nodes[0].inputs.push_back(case_.graph.add({"weights", DType::i8, shape, quant, make_data(values)}));
  return *this;
}

CaseMaker& CaseMaker::bias_s32(std::int32_t count, std::int32_t magnitude) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(count));
  for (auto& v : values) v = random_.integer(-magnitude, magnitude);
  case_.graph.nodes[0].inputs.push_back(case_.graph.add({"bias", DType::i32, {count}, {}, make_data(values)}));
  return *this;
}

CaseMaker& CaseMaker::absent() {
  case_.graph.nodes[0].inputs.push_back(kNoTensor);
  return *this;
}

CaseMaker& CaseMaker::attr(std::string_view name, AttrValue value) {
  case_.graph.nodes[0].attrs.set(name, std::move(value));
  return *this;
}

CaseMaker& CaseMaker::output_quant(QuantParams quant) {
  output_.quant = per_tensor(quant);
  return *this;
}

OpCase CaseMaker::make(DType output_type) {
  Graph& graph = case_.graph;
  output_.name = "out";
  output_.type = output_type;
  if (output_type == DType::f32) output_.quant = {};
  const TensorId id = graph.add(output_);
  graph.nodes[0].outputs = {id};
  graph.outputs = {id};
  auto types = graph.nodes[0].op->infer(graph, graph.nodes[0]);
  if (!types) check_failed((case_.name + ": " + types.error().to_string()).c_str(), __FILE__, __LINE__);
  graph.tensor(id).shape = types->front().shape;
  if (auto valid = verify(graph); !valid)
    check_failed((case_.name + ": " + valid.error().to_string()).c_str(), __FILE__, __LINE__);
  return std::move(case_);
}

Bytes run_reference(const OpCase& test) {
  Executor executor(test.graph);
  std::vector<std::span<const std::uint8_t>> inputs(test.inputs.begin(), test.inputs.end());
  return executor.run(inputs)[0];
}

std::vector<float> weight_scales(bool per_channel, std::int32_t channels) {
  std::vector<float> scales;
  for (std::int32_t c = 0; c < (per_channel ? channels : 1); ++c)
    scales.push_back(0.002F * std::exp2(static_cast<float>(c % 7) - 3.0F) * 1.1F);
  return scales;
}

float fitting_scale(float in_scale, std::int32_t taps) {
  return in_scale * 0.002F * 74.0F * 74.0F * std::sqrt(static_cast<float>(taps)) / 40.0F;
}

}  // namespace mote::testing
