// The methods of post-training quantisation, each tested for what it claims: finer calibration where values are
// heavy-tailed, equalisation that keeps the float function and helps uneven channels, bias correction that takes shifts
// of the mean away, AdaRound that brings layers nearer than plain rounding.
#include "passes/post_training.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ir/verify.h"
#include "ops/execute.h"
#include "ops/ops.h"
#include "passes/equalise.h"
#include "passes/histogram.h"
#include "passes/pipeline.h"
#include "passes/real_values.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

using passes::CalibrationMethod;
using passes::PostTrainingOptions;
using passes::Sample;
using testing::as_spans;
using testing::Random;

/// conv 3x3 - depthwise 3x3 - conv 1x1 - max pool - flatten - fully connected, with relu in between: the chain that
/// equalisation is about. `spread`: how unevenly the first two layers' channels are scaled. `coarse`: the third input
/// channel is silent but has weights 16 times as large, so that four bits of eight are left for the others.
struct Chain {
  explicit Chain(std::uint64_t seed, float spread = 1.0F, bool coarse = false) : random(seed) {
    graph.name = "chain";
    TensorId x = graph.add({"x", DType::f32, {1, 8, 8, 3}, {}, nullptr});
    graph.inputs = {x};
    x = layer(ops::conv2d, "conv", x, {12, 3, 3, 3}, {1, 8, 8, 12}, 1, "relu");
    x = layer(ops::depthwise_conv2d, "depthwise", x, {1, 3, 3, 12}, {1, 8, 8, 12}, 1, "relu");
    x = layer(ops::conv2d, "pointwise", x, {10, 1, 1, 12}, {1, 8, 8, 10}, 0, "relu");
    const TensorId pooled = graph.add({"pooled", DType::f32, {1, 4, 4, 10}, {}, nullptr});
    Node pool{&ops::max_pool2d, "pool", {x}, {pooled}, {}};
    for (const char* name : {"filter_h", "filter_w", "stride_h", "stride_w"}) pool.attrs.set(name, std::int64_t{2});
    for (const char* name : {"pad_top", "pad_left", "pad_bottom", "pad_right"}) pool.attrs.set(name, std::int64_t{0});
    pool.attrs.set("activation", std::string("none"));
    graph.nodes.push_back(std::move(pool));
    const TensorId flat = graph.add({"flat", DType::f32, {1, 160}, {}, nullptr});
    Node reshape{&ops::reshape, "flatten", {pooled}, {flat}, {}};
    reshape.attrs.set("shape", std::vector<std::int64_t>{1, 160});
    graph.nodes.push_back(std::move(reshape));
    x = layer(ops::fully_connected, "dense", flat, {4, 160}, {1, 4}, -1, "none");
    graph.outputs = {x};
    unbalance("conv", "depthwise", spread);
    unbalance("depthwise", "pointwise", spread);
    const auto good = verify(graph);
    EXPECT_TRUE(good.ok()) << good.error().to_string();
    for (int s = 0; s < 48; ++s) {
      std::vector<float> values(8 * 8 * 3);
      // Smooth and off zero, as pictures and spectra are.
      const float a = random.real(0.2F, 1), b = random.real(0.2F, 1), phase = random.real(0, 6);
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = 0.5F + 0.5F * std::sin(a * static_cast<float>(i / 24) + b * static_cast<float>(i / 3 % 8) + phase) +
                    random.real(-0.1F, 0.1F);
      for (std::size_t i = 2; coarse && i < values.size(); i += 3) values[i] = 0.0F;
      samples.push_back({bytes(values)});
    }
    if (!coarse) return;
    std::vector<float> weights(named("conv_w").constant<float>().begin(), named("conv_w").constant<float>().end());
    for (std::size_t i = 2; i < weights.size(); i += 3) weights[i] *= 16.0F;
    named("conv_w").data = make_data(weights);
  }

  static Bytes bytes(const std::vector<float>& values) {
    const auto* p = reinterpret_cast<const std::uint8_t*>(values.data());
    return {p, p + values.size() * sizeof(float)};
  }

  TensorId constant(const std::string& name, const Shape& shape, float size) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& v : values) v = random.real(-size, size);
    return graph.add({name, DType::f32, shape, {}, make_data(values)});
  }

  TensorId layer(const OpDef& op, const std::string& name, TensorId in, const Shape& weights, const Shape& out, int pad,
                 const char* activation) {
    const std::int32_t channels = out.back();
    const float fan = static_cast<float>(element_count(weights)) / static_cast<float>(channels);
    const TensorId w = constant(name + "_w", weights, 1.7F / std::sqrt(fan));
    const TensorId b = constant(name + "_b", {channels}, 0.2F);
    const TensorId y = graph.add({name, DType::f32, out, {}, nullptr});
    Node node{&op, name, {in, w, b}, {y}, {}};
    node.attrs.set("activation", std::string(activation));
    if (pad >= 0) {
      for (const char* side : {"pad_top", "pad_left", "pad_bottom", "pad_right"})
        node.attrs.set(side, std::int64_t{pad});
      for (const char* one : {"stride_h", "stride_w", "dilation_h", "dilation_w"}) node.attrs.set(one, std::int64_t{1});
    } else {
      node.attrs.set("keep_dims", std::int64_t{0});
    }
    graph.nodes.push_back(std::move(node));
    return y;
  }

  Tensor& named(const std::string& name) {
    for (Tensor& tensor : graph.tensors)
      if (tensor.name == name) return tensor;
    ADD_FAILURE() << name;
    return graph.tensors[0];
  }

  /// Channel i between the layers times spread^u, u in [-1, 1]; the next layer divides.
  void unbalance(const std::string& giver, const std::string& taker, float spread) {
    const std::int32_t channels = named(giver + "_b").shape[0];
    std::vector<float> factor;
    for (std::int32_t c = 0; c < channels; ++c) factor.push_back(std::pow(spread, random.real(-1, 1)));
    const auto scale = [&](const std::string& name, auto of) {
      Tensor& tensor = named(name);
      std::vector<float> values(tensor.constant<float>().begin(), tensor.constant<float>().end());
      for (std::size_t i = 0; i < values.size(); ++i) values[i] *= of(i);
      tensor.data = make_data(values);
    };
    const auto c = static_cast<std::size_t>(channels);
    const std::size_t each = static_cast<std::size_t>(named(giver + "_w").elements()) / c;
    const bool depthwise = giver == "depthwise";
    scale(giver + "_w", [&](std::size_t i) { return factor[depthwise ? i % c : i / each]; });
    scale(giver + "_b", [&](std::size_t i) { return factor[i]; });
    scale(taker + "_w", [&](std::size_t i) { return 1.0F / factor[i % c]; });
  }

  Graph graph;
  std::vector<Sample> samples;
  Random random;
};

/// Mean squared error of the outputs, relative to their variance over the samples.
double error(const Graph& float_graph, const Graph& quantized, const std::vector<Sample>& samples) {
  Executor exact(float_graph), given(quantized);
  double wrong = 0, squares = 0;
  std::vector<double> sums(static_cast<std::size_t>(float_graph.tensor(float_graph.outputs[0]).elements()), 0.0);
  for (const Sample& sample : samples) {
    const Tensor& in = quantized.tensor(quantized.inputs[0]);
    const Sample encoded = {
        passes::tensor_bytes(in, passes::real_values(float_graph.tensor(float_graph.inputs[0]), sample[0]))};
    const auto want = passes::real_values(float_graph.tensor(float_graph.outputs[0]), exact.run(as_spans(sample))[0]);
    const auto got = passes::real_values(quantized.tensor(quantized.outputs[0]), given.run(as_spans(encoded))[0]);
    for (std::size_t i = 0; i < want.size(); ++i) {
      wrong += std::pow(double{want[i]} - double{got[i]}, 2);
      squares += std::pow(double{want[i]}, 2);
      sums[i] += double{want[i]};
    }
  }
  for (const double sum : sums) squares -= sum * sum / static_cast<double>(samples.size());
  return wrong / std::max(squares, 1e-12);
}

/// Fresh samples, on which nothing was calibrated.
std::vector<Sample> others(std::uint64_t seed, bool coarse = false) { return Chain(seed, 1.0F, coarse).samples; }

double error_with(const Chain& chain, const PostTrainingOptions& options, const std::vector<Sample>& on) {
  const auto made = passes::quantize_after_training(chain.graph, chain.samples, options);
  EXPECT_TRUE(made.ok()) << made.error().to_string();
  return made.ok() ? error(chain.graph, made->quantized, on) : 1e9;
}

TEST(Calibration, NamesRoundTrip) {
  for (const char* name : {"min-max", "percentile", "mse", "entropy"})
    EXPECT_EQ(passes::calibration_name(*passes::parse_calibration(name)), name);
  EXPECT_FALSE(passes::parse_calibration("mean").ok());
}

TEST(Calibration, OutliersAreClippedAndUniformValuesAreNot) {
  passes::Histogram uniform({-1, 3}), heavy({-1, 100});
  Random random(3);
  std::vector<float> flat, peaked;
  for (int i = 0; i < 20000; ++i) {
    flat.push_back(random.real(-1, 3));
    peaked.push_back(random.real(-1, 1) * random.real(0, 1));
  }
  peaked.push_back(100.0F);
  uniform.add(flat);
  heavy.add(peaked);
  for (const auto& range : {uniform.by_mse(), uniform.by_percentile(99.99), uniform.by_entropy()}) {
    EXPECT_NEAR(range.min, -1.0F, 0.05F);
    EXPECT_NEAR(range.max, 3.0F, 0.15F);
  }
  for (const auto& range : {heavy.by_percentile(99.9), heavy.by_entropy()}) EXPECT_LT(range.max, 10.0F);
  // One value in 20,000 at 100: clipping to c costs (100-c)^2 / 20,000, steps cost ((c+1)/255)^2 / 12.
  EXPECT_GT(heavy.by_mse().max, 50.0F) << "the square of one lost outlier weighs more than finer steps for the rest";
  EXPECT_LE(heavy.by_mse().max, 100.0F);
  passes::Histogram positive({0, 5});
  positive.add(std::vector<float>{0.0F, 1.0F, 5.0F});
  EXPECT_EQ(positive.by_mse().min, 0.0F);
}

TEST(Calibration, AnOutlierInTheSamplesCostsLessThanWithMinMax) {
  Chain chain(11);
  std::vector<float> broken(8 * 8 * 3, 0.0F);
  broken[70] = 40.0F;  // a spike of the sensor
  chain.samples.push_back({Chain::bytes(broken)});
  const auto fresh = others(12);
  PostTrainingOptions options;
  const double min_max = error_with(chain, options, fresh);
  for (const auto method : {CalibrationMethod::percentile, CalibrationMethod::entropy}) {
    options.calibration = {method, 99.9};
    EXPECT_LT(error_with(chain, options, fresh), min_max / 4) << passes::calibration_name(method);
  }
  options.calibration = {CalibrationMethod::mse, 0};
  EXPECT_LE(error_with(chain, options, fresh), min_max * 1.05);
}

TEST(Calibration, RandomGraphsQuantiseUnderEveryMethod) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Graph graph = testing::random_graph(seed, {.layers = 5});
    ASSERT_TRUE(passes::run(graph, {}).ok());
    std::vector<Sample> samples;
    for (std::uint64_t s = 0; s < 6; ++s) samples.push_back(testing::random_inputs(graph, s));
    const auto widest = *passes::calibrate(graph, samples);
    for (const auto method : {CalibrationMethod::percentile, CalibrationMethod::mse, CalibrationMethod::entropy}) {
      const auto ranges = passes::calibrate(graph, samples, {method, 99.0});
      ASSERT_TRUE(ranges.ok()) << ranges.error().to_string();
      for (const auto& [name, range] : ranges->ranges) {
        EXPECT_GE(range.min, std::min(0.0F, widest.ranges.at(name).min) - 1e-6F);
        EXPECT_LE(range.max, std::max(0.0F, widest.ranges.at(name).max) * 1.001F + 1e-6F);
      }
    }
    for (const bool round : {false, true}) {
      PostTrainingOptions options{{CalibrationMethod::mse, 0}, true, !round, round, {}};
      const auto made = passes::quantize_after_training(graph, samples, options);
      ASSERT_TRUE(made.ok()) << "seed " << seed << ": " << made.error().to_string();
    }
  }
}

TEST(Equalise, KeepsTheFloatFunction) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Graph graph = testing::random_graph(seed, {.layers = 7});
    ASSERT_TRUE(passes::run(graph, {}).ok());
    std::vector<Sample> samples;
    for (std::uint64_t s = 0; s < 4; ++s) samples.push_back(testing::random_inputs(graph, s));
    Graph changed = graph;
    ASSERT_TRUE(passes::equalise(changed, samples).ok());
    ASSERT_TRUE(verify(changed).ok());
    Executor before(graph), after(changed);
    for (const Sample& sample : samples) {
      const auto want = before.run(as_spans(sample));
      const auto got = after.run(as_spans(sample));
      for (std::size_t o = 0; o < want.size(); ++o) {
        const auto a = passes::real_values(graph.tensor(graph.outputs[o]), want[o]);
        const auto b = passes::real_values(changed.tensor(changed.outputs[o]), got[o]);
        for (std::size_t i = 0; i < a.size(); ++i)
          EXPECT_NEAR(a[i], b[i], 1e-5F * (1 + std::fabs(a[i]))) << "seed " << seed << ", output " << o;
      }
    }
  }
  Chain chain(5, 8.0F);
  Graph changed = chain.graph;
  EXPECT_EQ(*passes::equalise(changed, chain.samples), 3) << "conv-depthwise, depthwise-pointwise, pointwise-dense";
  EXPECT_LT(error(chain.graph, changed, chain.samples), 1e-10);
}

TEST(Equalise, HelpsWhereChannelsAreUneven) {
  for (std::uint64_t seed = 1; seed < 5; ++seed) {
    const Chain chain(seed, 16.0F);
    const auto fresh = others(seed + 100);
    EXPECT_LT(error_with(chain, {.equalise = true}, fresh), error_with(chain, {}, fresh) / 3) << "seed " << seed;
  }
}

TEST(BiasCorrection, TakesTheShiftOfTheMeanAway) {
  double before = 0, after = 0;
  for (std::uint64_t seed = 1; seed < 9; ++seed) {
    const Chain chain(seed, 1.0F, true);
    const auto fresh = others(seed + 100, true);
    before += error_with(chain, {}, fresh);
    after += error_with(chain, {.bias_correction = true}, fresh);
  }
  EXPECT_LT(after, before * 0.9);
  // And what it promises exactly: a layer's mean output over the samples.
  const Chain chain(3);
  const auto plain = passes::quantize_after_training(chain.graph, chain.samples, {});
  const auto corrected = passes::quantize_after_training(chain.graph, chain.samples, {.bias_correction = true});
  const auto shift = [&](const Graph& quantized) {
    Executor exact(chain.graph), given(quantized);
    std::vector<double> sum(4, 0.0);
    for (const Sample& sample : chain.samples) {
      const Sample encoded = {
          passes::tensor_bytes(quantized.tensor(quantized.inputs[0]),
                               passes::real_values(chain.graph.tensor(chain.graph.inputs[0]), sample[0]))};
      const auto want = passes::real_values(chain.graph.tensor(chain.graph.outputs[0]), exact.run(as_spans(sample))[0]);
      const auto got = passes::real_values(quantized.tensor(quantized.outputs[0]), given.run(as_spans(encoded))[0]);
      for (std::size_t i = 0; i < 4; ++i) sum[i] += (double{got[i]} - double{want[i]}) / 48;
    }
    double largest = 0;
    for (const double s : sum) largest = std::max(largest, std::fabs(s));
    return largest / double{quantized.tensor(quantized.outputs[0]).quant.scale[0]};  // in steps
  };
  EXPECT_LT(shift(corrected->quantized), 0.3);
  EXPECT_LT(shift(corrected->quantized), shift(plain->quantized));
}

TEST(AdaRound, BringsTheOutputsNearerThanPlainRounding) {
  double plain = 0, corrected = 0, rounded = 0;
  for (std::uint64_t seed = 1; seed < 9; ++seed) {
    const Chain chain(seed, 1.0F, true);
    const auto fresh = others(seed + 100, true);
    plain += error_with(chain, {}, fresh);
    corrected += error_with(chain, {.bias_correction = true}, fresh);
    rounded += error_with(chain, {.adaround = true}, fresh);
  }
  EXPECT_LT(rounded, plain * 0.7);
  EXPECT_LT(rounded, corrected * 1.05);
}

TEST(AdaRound, HalvesTheErrorOfInt4Weights) {
  double plain = 0, rounded = 0;
  for (std::uint64_t seed = 1; seed < 5; ++seed) {
    const Chain chain(seed);
    const auto fresh = others(seed + 100);
    PostTrainingOptions options;
    options.quantize.precision.weights = 4;
    plain += error_with(chain, options, fresh);
    options.adaround = true;
    rounded += error_with(chain, options, fresh);
  }
  EXPECT_LT(rounded, plain / 2);
}

TEST(AdaRound, MovesNoWeightByMoreThanOneStep) {
  const Chain chain(2);
  const auto plain = passes::quantize_after_training(chain.graph, chain.samples, {});
  const auto rounded = passes::quantize_after_training(chain.graph, chain.samples, {.adaround = true});
  ASSERT_TRUE(plain.ok() && rounded.ok());
  int moved = 0;
  for (std::size_t t = 0; t < plain->quantized.tensors.size(); ++t) {
    const Tensor& a = plain->quantized.tensors[t];
    const Tensor& b = rounded->quantized.tensors[t];
    if (!a.is_constant() || a.type != DType::i8) continue;
    for (std::size_t i = 0; i < a.data->size(); ++i) {
      const int difference = std::abs(a.constant<std::int8_t>()[i] - b.constant<std::int8_t>()[i]);
      EXPECT_LE(difference, 1);
      EXPECT_GE(b.constant<std::int8_t>()[i], -127);
      moved += difference;
    }
  }
  EXPECT_GT(moved, 20);
}

TEST(PostTraining, SamplesThatDoNotFitAreRefused) {
  const Chain chain(2);
  EXPECT_FALSE(passes::quantize_after_training(chain.graph, {}, {.equalise = true}).ok());
  const std::vector<Sample> wrong = {{Bytes(7)}};
  for (const PostTrainingOptions& options : {PostTrainingOptions{}, PostTrainingOptions{.equalise = true}}) {
    const auto made = passes::quantize_after_training(chain.graph, wrong, options);
    ASSERT_FALSE(made.ok());
    EXPECT_NE(made.error().to_string().find("calibration sample 0"), std::string::npos);
  }
}

}  // namespace
}  // namespace mote
