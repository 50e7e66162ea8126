// Post-training quantisation: scales and zero points, and int8 networks against the float ones they were made from.
#include "passes/quantize.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ir/text.h"
#include "ir/verify.h"
#include "ops/execute.h"
#include "passes/pipeline.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

using passes::activation_quantization;
using testing::as_spans;

TEST(QuantParams, ActivationsIncludeZeroExactly) {
  const Quantization q = activation_quantization({-1.0F, 3.0F});
  EXPECT_FLOAT_EQ(q.scale[0], 4.0F / 255.0F);
  EXPECT_EQ(q.zero_point[0], -64);  // -128 + 63.75
  EXPECT_EQ(activation_quantization({0.0F, 6.0F}).zero_point[0], -128);
  EXPECT_EQ(activation_quantization({2.0F, 6.0F}).zero_point[0], -128) << "widened to [0, 6]";
  EXPECT_FLOAT_EQ(activation_quantization({2.0F, 6.0F}).scale[0], 6.0F / 255.0F);
  EXPECT_EQ(activation_quantization({-5.0F, -1.0F}).zero_point[0], 127);
  EXPECT_FLOAT_EQ(activation_quantization({0.0F, 0.0F}).scale[0], 1.0F / 255.0F);
  EXPECT_TRUE(std::isfinite(activation_quantization({-3e38F, 3e38F}).scale[0]));
}

TEST(QuantParams, WeightScalesLeaveRoomForTheBias) {
  const std::vector<float> weights = {0.5F, -1.27F};
  EXPECT_FLOAT_EQ(passes::weight_scale(weights, 0.0F, 0.1F, 0.1F), 0.01F);
  EXPECT_EQ(passes::quantize_weight(-1.27F, 0.01F), -127);
  EXPECT_EQ(passes::quantize_weight(9.0F, 0.01F), 127);
  const std::vector<float> tiny = {1e-12F};
  const float scale = passes::weight_scale(tiny, 100.0F, 0.1F, 0.1F);
  EXPECT_LE(100.0F / (0.1F * scale), 0x1p29F * 1.001F);
  const std::vector<float> none = {0.0F, 0.0F};
  EXPECT_FLOAT_EQ(passes::weight_scale(none, 1.0F, 0.1F, 0.2F), 2.0F);
}

/// A float network after the pipeline, and samples for it.
struct Case {
  Graph graph;
  std::vector<passes::Sample> samples;
};
Case make_case(std::uint64_t seed, int layers) {
  Case made;
  made.graph = testing::random_graph(seed, {.layers = layers});
  EXPECT_TRUE(passes::run(made.graph, {}).ok());
  for (std::uint64_t s = 0; s < 12; ++s) made.samples.push_back(testing::random_inputs(made.graph, s));
  return made;
}

std::vector<float> real_values(const Tensor& tensor, const Bytes& bytes) {
  std::vector<float> values;
  if (tensor.type == DType::i16) {
    const auto* p = reinterpret_cast<const std::int16_t*>(bytes.data());
    for (std::size_t i = 0; i < bytes.size() / 2; ++i)
      values.push_back(tensor.quant.scale[0] * static_cast<float>(p[i]));
  } else if (tensor.type == DType::f32) {
    const auto* p = reinterpret_cast<const float*>(bytes.data());
    values.assign(p, p + bytes.size() / sizeof(float));
  } else {
    for (const std::uint8_t b : bytes)
      values.push_back(tensor.quant.scale[0] *
                       static_cast<float>(static_cast<std::int8_t>(b) - tensor.quant.zero_point[0]));
  }
  return values;
}

/// The sample as the int8 (or float) inputs of the quantised graph.
passes::Sample inputs_for(const Graph& graph, const Graph& quantized, const passes::Sample& sample) {
  passes::Sample inputs;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const Tensor& to = quantized.tensor(quantized.inputs[i]);
    if (to.type == DType::f32) {
      inputs.push_back(sample[i]);
      continue;
    }
    Bytes bytes;
    std::vector<std::int16_t> wide;
    for (const float v : real_values(graph.tensor(graph.inputs[i]), sample[i]))
      wide.push_back(passes::quantize_activation16(v, to.quant));
    if (to.type == DType::i16) {
      inputs.push_back(*make_data(wide));
      continue;
    }
    for (const float v : real_values(graph.tensor(graph.inputs[i]), sample[i]))
      bytes.push_back(static_cast<std::uint8_t>(passes::quantize_activation(v, to.quant)));
    inputs.push_back(std::move(bytes));
  }
  return inputs;
}

/// Root of the mean squared error over all outputs and samples, relative to the range of the float output.
double relative_error(const Case& c, const Graph& quantized, std::size_t output) {
  Executor reference(c.graph), int8(quantized);
  double squares = 0.0, low = 0.0, high = 0.0;
  std::size_t count = 0;
  for (const auto& sample : c.samples) {
    const auto expected = real_values(c.graph.tensor(c.graph.outputs[output]), reference.run(as_spans(sample))[output]);
    const auto inputs = inputs_for(c.graph, quantized, sample);
    const auto actual = real_values(quantized.tensor(quantized.outputs[output]), int8.run(as_spans(inputs))[output]);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      squares += std::pow(double{expected[i]} - double{actual[i]}, 2);
      low = std::min(low, double{expected[i]});
      high = std::max(high, double{expected[i]});
      ++count;
    }
  }
  return high > low ? std::sqrt(squares / static_cast<double>(count)) / (high - low) : 0.0;
}

TEST(Quantize, StaysWithinAFewStepsOfFloat) {
  std::vector<double> errors;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Case c = make_case(seed, 5);
    const auto calibration = passes::calibrate(c.graph, c.samples);
    ASSERT_TRUE(calibration.ok()) << calibration.error().to_string();
    auto quantized = passes::quantize(c.graph, *calibration);
    ASSERT_TRUE(quantized.ok()) << "seed " << seed << ": " << quantized.error().to_string();
    for (const TensorId id : quantized->outputs) EXPECT_EQ(quantized->tensor(id).type, DType::i8);
    for (std::size_t o = 0; o < c.graph.outputs.size(); ++o) {
      errors.push_back(relative_error(c, *quantized, o));
      EXPECT_LT(errors.back(), 10.0 / 255.0) << "seed " << seed << "\n" << to_text(*quantized, nullptr);
    }
  }
  std::sort(errors.begin(), errors.end());
  EXPECT_LT(errors[errors.size() / 2], 2.0 / 255.0) << "the median network is within two steps";
}

/// Weights of 4 bits are coarse; activations of 16 bits leave the rounding of int8 weights only.
TEST(Quantize, OtherPrecisionsAreAsNearToFloatAsTheirBitsAllow) {
  const auto median_error = [](const passes::Precision& precision) {
    std::vector<double> errors;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      const Case c = make_case(seed, 5);
      auto quantized = passes::quantize(c.graph, *passes::calibrate(c.graph, c.samples), {.precision = precision});
      EXPECT_TRUE(quantized.ok()) << "seed " << seed << ": " << quantized.error().to_string();
      if (!quantized.ok()) return 1.0;
      const DType type = precision.activations == 16 ? DType::i16 : DType::i8;
      for (const TensorId id : quantized->outputs) EXPECT_EQ(quantized->tensor(id).type, type);
      for (const Node& node : quantized->nodes) {
        if (node.op->weight_input < 0) continue;
        EXPECT_EQ(quantized->tensor(node.inputs[1]).type, precision.weights == 4 ? DType::i4 : DType::i8);
      }
      for (std::size_t o = 0; o < c.graph.outputs.size(); ++o) errors.push_back(relative_error(c, *quantized, o));
    }
    std::sort(errors.begin(), errors.end());
    return errors[errors.size() / 2];
  };
  const double w8a8 = median_error({8, 8}), w4a8 = median_error({4, 8}), w8a16 = median_error({8, 16}),
               w4a16 = median_error({4, 16});
  EXPECT_LT(w8a16, w8a8 / 2);
  EXPECT_LT(w8a8, w4a8);
  EXPECT_LT(w4a8, 0.1);
  EXPECT_LT(w4a16, w4a8 * 1.05);
}

/// Every second layer with 16-bit activations, every third with int4 weights: conversions stand where they meet.
TEST(Quantize, MixesPrecisionsByLayer) {
  int conversions = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Case c = make_case(seed, 6);
    passes::QuantizeOptions options;
    for (std::size_t n = 0; n < c.graph.nodes.size(); ++n)
      options.layers[c.graph.nodes[n].name] = {n % 3 == 0 ? 4 : 8, n % 2 == 0 ? 16 : 8};
    auto quantized = passes::quantize(c.graph, *passes::calibrate(c.graph, c.samples), options);
    ASSERT_TRUE(quantized.ok()) << "seed " << seed << ": " << quantized.error().to_string();
    for (const Node& node : quantized->nodes) {
      conversions += node.op == &ops::quantize ? 1 : 0;
      const auto asked = options.layers.find(node.name);
      if (asked == options.layers.end()) continue;
      EXPECT_EQ(quantized->tensor(node.outputs[0]).type, asked->second.activations == 16 ? DType::i16 : DType::i8);
      if (node.op->weight_input < 0) continue;
      EXPECT_EQ(quantized->tensor(node.inputs[1]).type, asked->second.weights == 4 ? DType::i4 : DType::i8);
    }
    for (std::size_t o = 0; o < c.graph.outputs.size(); ++o) EXPECT_LT(relative_error(c, *quantized, o), 0.2);

    Graph after = *quantized;
    const auto records = passes::run(after, {});
    ASSERT_TRUE(records.ok()) << records.error().to_string();
    const auto inputs = testing::random_inputs(*quantized, seed);
    EXPECT_EQ(Executor(*quantized).run(as_spans(inputs)), Executor(after).run(as_spans(inputs))) << "seed " << seed;
  }
  EXPECT_GT(conversions, 50);
}

TEST(Quantize, RefusesPrecisionsThatThereAreNot) {
  const Case c = make_case(1, 4);
  const auto calibration = passes::calibrate(c.graph, c.samples);
  const auto refused = [&](const passes::QuantizeOptions& options) {
    const auto result = passes::quantize(c.graph, *calibration, options);
    return result.ok() ? "" : result.error().to_string();
  };
  EXPECT_NE(refused({.precision = {5, 8}}).find("weights of 5 bits"), std::string::npos);
  EXPECT_NE(refused({.precision = {8, 32}}).find("activations of 32 bits"), std::string::npos);
  EXPECT_NE(refused({.layers = {{"nobody", {}}}}).find("no such layer"), std::string::npos);
}

TEST(Quantize, KeepsFloatPortsOnRequest) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Case c = make_case(seed, 4);
    const auto calibration = passes::calibrate(c.graph, c.samples);
    ASSERT_TRUE(calibration.ok());
    const auto quantized = passes::quantize(c.graph, *calibration, {.float_inputs = true, .float_outputs = true});
    ASSERT_TRUE(quantized.ok()) << "seed " << seed << ": " << quantized.error().to_string();
    for (std::size_t i = 0; i < c.graph.inputs.size(); ++i) {
      EXPECT_EQ(quantized->tensor(quantized->inputs[i]).type, DType::f32);
      EXPECT_EQ(quantized->tensor(quantized->inputs[i]).name, c.graph.tensor(c.graph.inputs[i]).name);
    }
    for (std::size_t o = 0; o < c.graph.outputs.size(); ++o) {
      EXPECT_EQ(quantized->tensor(quantized->outputs[o]).type, DType::f32);
      EXPECT_EQ(quantized->tensor(quantized->outputs[o]).name, c.graph.tensor(c.graph.outputs[o]).name);
      EXPECT_LT(relative_error(c, *quantized, o), 10.0 / 255.0) << "seed " << seed;
    }
  }
}

TEST(Quantize, PassesKeepTheQuantizedGraphBitForBit) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Case c = make_case(seed, 5);
    auto quantized = passes::quantize(c.graph, *passes::calibrate(c.graph, c.samples));
    ASSERT_TRUE(quantized.ok());
    Graph after = *quantized;
    ASSERT_TRUE(passes::run(after, {}).ok());
    const auto inputs = testing::random_inputs(*quantized, seed);
    EXPECT_EQ(Executor(*quantized).run(as_spans(inputs)), Executor(after).run(as_spans(inputs))) << "seed " << seed;
  }
}

TEST(Quantize, RefusesWhatItCannotDo) {
  const Case c = make_case(0, 4);
  const auto uncalibrated = passes::quantize(c.graph, {});
  ASSERT_FALSE(uncalibrated.ok());
  EXPECT_EQ(uncalibrated.error().code, Code::BadInput);
  EXPECT_NE(uncalibrated.error().to_string().find("has no calibrated range"), std::string::npos);

  EXPECT_FALSE(passes::calibrate(c.graph, {}).ok());
  std::vector<passes::Sample> broken = c.samples;
  broken[1][0].pop_back();
  EXPECT_NE(passes::calibrate(c.graph, broken).error().to_string().find("calibration sample 1"), std::string::npos);
  std::vector<float> nans(c.samples[0][0].size() / sizeof(float), std::numeric_limits<float>::quiet_NaN());
  broken = {{*make_data(nans)}};
  EXPECT_NE(passes::calibrate(c.graph, broken).error().to_string().find("not finite"), std::string::npos);
}

TEST(Quantize, AsksForFoldedBatchNorm) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Graph graph = testing::random_graph(seed, {.layers = 8});
    const bool has_batch_norm =
        std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const Node& n) { return n.op == &ops::batch_norm; });
    if (!has_batch_norm) continue;
    const std::vector<passes::Sample> samples = {testing::random_inputs(graph, 1)};
    const auto result = passes::quantize(graph, *passes::calibrate(graph, samples));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, Code::Unsupported);
    EXPECT_NE(result.error().what.find("fold_batch_norm"), std::string::npos);
    return;
  }
  FAIL() << "no random graph has a batch norm";
}

}  // namespace
}  // namespace mote
