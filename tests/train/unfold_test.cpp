// Batch norm put back into folded networks: the same function, and passes fold it again.
#include "train/unfold.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/random.h"
#include "ops/execute.h"
#include "ops/ops.h"
#include "passes/pipeline.h"
#include "train/networks.h"

namespace mote {
namespace {

std::vector<passes::Sample> some_samples(const Graph& graph, int count) {
  std::vector<passes::Sample> samples;
  for (int s = 0; s < count; ++s) {
    std::vector<float> values(static_cast<std::size_t>(graph.tensor(graph.inputs[0]).elements()));
    Random random(8, s);
    for (float& value : values) value = static_cast<float>(random.normal());
    samples.push_back({*make_data(values)});
  }
  return samples;
}

std::vector<float> run(const Graph& graph, const passes::Sample& sample) {
  const Bytes output = Executor(graph).run({sample[0]})[0];
  const auto* values = reinterpret_cast<const float*>(output.data());
  return {values, values + output.size() / sizeof(float)};
}

TEST(Unfold, IsTheSameFunctionWithABatchNormBehindEveryConvolution) {
  for (const NamedNetwork& named : named_networks()) {
    if (named.name == "autoencoder") continue;  // knows no classes
    NetworkSpec spec;
    spec.type = named.name;
    spec.width = 0.25;
    auto built = build_network(std::string(named.name), spec, {named.examples[0], 5}, 3);
    ASSERT_TRUE(built.ok()) << named.name << ": " << built.error().to_string();
    Graph graph = std::move(*built);
    ASSERT_TRUE(passes::run(graph, {}).ok());
    const auto samples = some_samples(graph, 12);
    const auto unfolded = unfold_batch_norm(graph, samples);
    ASSERT_TRUE(unfolded.ok()) << named.name << ": " << unfolded.error().to_string();
    std::ptrdiff_t convolutions = 0, norms = 0;
    for (const Node& node : unfolded->nodes) {
      convolutions += node.op == &ops::conv2d || node.op == &ops::depthwise_conv2d ? 1 : 0;
      norms += node.op == &ops::batch_norm ? 1 : 0;
    }
    EXPECT_EQ(norms, convolutions) << named.name;
    Graph again = *unfolded;
    ASSERT_TRUE(passes::run(again, {}).ok());
    EXPECT_EQ(again.nodes.size(), graph.nodes.size()) << named.name;
    for (const auto& sample : {samples[0], samples[11]}) {
      const auto wanted = run(graph, sample), got = run(*unfolded, sample), folded = run(again, sample);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        EXPECT_NEAR(got[i], wanted[i], 1e-4F) << named.name;
        EXPECT_NEAR(folded[i], wanted[i], 1e-4F) << named.name;
      }
    }
  }
}

}  // namespace
}  // namespace mote
