// The training loss against its formulas written out by hand.
#include "train/loss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/data/helpers.h"

namespace mote {
namespace {

at::Tensor numbers(std::vector<float> values, std::vector<std::int64_t> shape) {
  return at::from_blob(values.data(), shape, at::kFloat).clone();
}

const at::Tensor kLogits = numbers({1, 0, -1, 0, 2, 1}, {2, 3});

Targets targets(std::int64_t first, std::int64_t second) {
  at::Tensor labels = at::empty({2}, at::kLong);
  labels[0] = first;
  labels[1] = second;
  return {labels, labels, 1};
}

double log_probability(std::int64_t row, std::int64_t label) {
  return at::log_softmax(kLogits, -1)[row][label].item<double>();
}

TEST(Loss, ClassWeightsByPower) {
  Dataset data;
  data.classes = {"often", "seldom"};
  Examples examples;
  for (int i = 0; i < 10; ++i) {
    data.samples.push_back(test::counting_sample(1, 1, i < 8 ? 0 : 1, "g"));
    examples.items.push_back({i, 0});
  }
  const Normalisation normalisation;
  const Augmentation augmentation;
  const TrainingSet set{data, examples, normalisation, augmentation};
  EXPECT_FLOAT_EQ(class_weights(set, 1)[0].item<float>(), 10.0F / (2 * 8));
  EXPECT_FLOAT_EQ(class_weights(set, 1)[1].item<float>(), 10.0F / (2 * 2));
  EXPECT_FLOAT_EQ(class_weights(set, 0.5)[1].item<float>(), std::sqrt(2.5F));
  EXPECT_FLOAT_EQ(class_weights(set, 0)[1].item<float>(), 1);
}

TEST(Loss, FocalTurnsAwayFromWhatIsKnown) {
  const at::Tensor weights = numbers({1, 3, 2}, {3});
  TrainSpec spec;
  spec.focal = 2;
  const double p0 = std::exp(log_probability(0, 1));
  const double p1 = std::exp(log_probability(1, 2));
  const double expected = (3 * std::pow(1 - p0, 2) * -std::log(p0) + 2 * std::pow(1 - p1, 2) * -std::log(p1)) / (3 + 2);
  EXPECT_NEAR(hard_loss(kLogits, targets(1, 2), weights, spec, 0).item<double>(), expected, 1e-6);
  spec.focal = 0;
  EXPECT_NEAR(hard_loss(kLogits, targets(1, 2), weights, spec, 0).item<double>(),
              (3 * -std::log(p0) + 2 * -std::log(p1)) / 5, 1e-6);
}

TEST(Loss, MixedLabelsShare) {
  const at::Tensor weights = at::ones({3});
  Targets mixed = targets(0, 1);
  mixed.others = targets(2, 2).labels;
  mixed.share = 0.3;
  const double expected = -0.3 * (log_probability(0, 0) + log_probability(1, 1)) / 2 -
                          0.7 * (log_probability(0, 2) + log_probability(1, 2)) / 2;
  EXPECT_NEAR(hard_loss(kLogits, mixed, weights, {}, 0).item<double>(), expected, 1e-6);
}

TEST(Loss, EveryExampleHasAShareOfItsOwn) {
  const at::Tensor weights = numbers({1, 3, 2}, {3});
  Targets mixed = targets(0, 1);
  mixed.others = targets(2, 2).labels;
  mixed.shares = numbers({0.3F, 0.8F}, {2});
  const double sum = -0.3 * log_probability(0, 0) - 0.7 * 2 * log_probability(0, 2) - 0.8 * 3 * log_probability(1, 1) -
                     0.2 * 2 * log_probability(1, 2);
  const double size = 0.3 * 1 + 0.7 * 2 + 0.8 * 3 + 0.2 * 2;
  EXPECT_NEAR(hard_loss(kLogits, mixed, weights, {}, 0).item<double>(), sum / size, 1e-6);
}

TEST(Loss, SoftTargets) {
  const at::Tensor taught = numbers({0, 4, 0, 0, 4, 0}, {2, 3});
  const at::Tensor even = at::ones({2});
  const double same = soft_loss(taught, taught, 2, even).item<double>();
  EXPECT_LT(same, soft_loss(kLogits, taught, 2, even).item<double>());
  // Gradients at temperature 1: the difference of the probabilities, over the batch.
  at::Tensor logits = kLogits.clone().requires_grad_(true);
  soft_loss(logits, taught, 1, even).backward();
  const at::Tensor expected = (at::softmax(kLogits, -1) - at::softmax(taught, -1)) / 2;
  EXPECT_LT((logits.grad() - expected).abs().max().item<double>(), 1e-6);
  // At a high temperature they do not vanish: of the size of the centred logits' difference, over the classes.
  const auto size_at = [&](double temperature) {
    at::Tensor x = kLogits.clone().requires_grad_(true);
    soft_loss(x, taught, temperature, even).backward();
    return x.grad().abs().max().item<double>();
  };
  EXPECT_NEAR(size_at(50) / size_at(100), 1, 0.05);
  EXPECT_GT(size_at(100), 0.1);
}

TEST(Loss, SoftTargetsWeighByClassAsLabelsDo) {
  const at::Tensor weights = numbers({1, 3, 2}, {3});
  const at::Tensor taught = numbers({0, 4, 0, 0, 4, 0}, {2, 3});
  const auto row = [&](std::int64_t i) {
    return soft_loss(kLogits.slice(0, i, i + 1), taught.slice(0, i, i + 1), 2, at::ones({1})).item<double>();
  };
  EXPECT_NEAR(soft_loss(kLogits, taught, 2, example_weights(targets(0, 1), weights)).item<double>(),
              (row(0) + 3 * row(1)) / 4, 1e-5);
  Targets mixed = targets(0, 1);
  mixed.others = targets(2, 2).labels;
  mixed.share = 0.25;
  EXPECT_LT((example_weights(mixed, weights) - numbers({1.75, 2.25}, {2})).abs().max().item<double>(), 1e-6);
  mixed.shares = numbers({0.5, 1}, {2});
  EXPECT_LT((example_weights(mixed, weights) - numbers({1.5, 3}, {2})).abs().max().item<double>(), 1e-6);
}

TEST(Loss, SmoothedLabelsTellALittleOfEveryClass) {
  const double sharp = -log_probability(0, 0);
  const double even = -(log_probability(0, 0) + log_probability(0, 1) + log_probability(0, 2)) / 3;
  const Targets one{numbers({0}, {1}).to(at::kLong), numbers({0}, {1}).to(at::kLong), 1};
  EXPECT_NEAR(hard_loss(kLogits.slice(0, 0, 1), one, at::ones({3}), {}, 0.3).item<double>(), 0.7 * sharp + 0.3 * even,
              1e-6);
}

TEST(Loss, WithoutALabelOnlyTheTeacherSpeaks) {
  const at::Tensor weights = numbers({1, 3, 2}, {3});
  const Targets one = targets(1, kUnlabelled);
  const Targets none = targets(kUnlabelled, kUnlabelled);
  const auto first = [](const at::Tensor& x) { return x.slice(0, 0, 1); };
  const Targets alone{first(one.labels), first(one.labels), 1};
  for (const double focal : {0.0, 2.0}) {
    TrainSpec spec;
    spec.focal = focal;
    EXPECT_NEAR(hard_loss(kLogits, one, weights, spec, 0.1).item<double>(),
                hard_loss(first(kLogits), alone, weights, spec, 0.1).item<double>(), 1e-6);
    EXPECT_EQ(hard_loss(kLogits, none, weights, spec, 0.1).item<double>(), 0);
  }
  Targets mixed = one;
  mixed.others = targets(2, 2).labels;
  mixed.shares = numbers({0.5F, 0.75F}, {2});
  const double sum =
      -0.5 * 3 * log_probability(0, 1) - 0.5 * 2 * log_probability(0, 2) - 0.25 * 2 * log_probability(1, 2);
  EXPECT_NEAR(hard_loss(kLogits, mixed, weights, {}, 0).item<double>(), sum / (1.5 + 1 + 0.5), 1e-6);
  EXPECT_LT((example_weights(one, weights) - numbers({3, 1}, {2})).abs().max().item<double>(), 1e-6);

  Dataset data;
  data.classes = {"often", "seldom"};
  Examples examples;
  for (const int label : {0, 0, 0, 1, kUnlabelled, kUnlabelled}) {
    examples.items.push_back({static_cast<std::int32_t>(data.samples.size()), 0});
    data.samples.push_back(test::counting_sample(1, 1, label, "g"));
  }
  const Normalisation normalisation;
  const Augmentation augmentation;
  EXPECT_FLOAT_EQ(class_weights({data, examples, normalisation, augmentation}, 1)[1].item<float>(), 4.0F / 2);
}

}  // namespace
}  // namespace mote
