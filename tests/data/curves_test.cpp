// ROC and reliability against what can be counted by hand.
#include "data/curves.h"

#include <gtest/gtest.h>

#include "data/random.h"

namespace mote {
namespace {

TEST(Curves, AreaIsTheShareOfPairsInOrder) {
  const std::vector<int> labels = {1, 1, 0, 0, 0};
  const std::vector<float> scores = {0.1F, 0.9F, 0.5F, 0.5F, 0.8F, 0.2F, 0.5F, 0.5F, 0.3F, 0.7F};
  // Class 1: own 0.9, 0.5; others 0.2, 0.5, 0.7. Pairs in order: 0.9 beats 3; 0.5 beats 1, equals 1, loses 1.
  const Curves curves = curves_of(labels, scores, 2);
  EXPECT_NEAR(curves.classes[1].area, (3 + 1 + 0.5) / 6, 1e-12);
  EXPECT_NEAR(curves.classes[0].area, (3 + 1 + 0.5) / 6, 1e-12);
  EXPECT_EQ(curves.classes[1].points.front().true_rate, 0);
  EXPECT_EQ(curves.classes[1].points.back().false_rate, 1);
  EXPECT_EQ(curves.classes[1].points[1].true_rate, 0.5);
}

TEST(Curves, ManyExamplesMakeFewPoints) {
  std::vector<int> labels;
  std::vector<float> scores;
  for (int i = 0; i < 20000; ++i) {
    Random random(1, i);
    labels.push_back(i % 2);
    const auto own = static_cast<float>(0.2 + 0.6 * random.uniform());
    scores.insert(scores.end(), {own, 1 - own});
  }
  const Curves curves = curves_of(labels, scores, 2);
  EXPECT_NEAR(curves.classes[0].area, 0.5, 0.02) << "the scores know nothing";
  EXPECT_LE(curves.classes[0].points.size(), 110U);
  double below = 0;  // what is drawn encloses what was computed
  const auto& points = curves.classes[0].points;
  for (std::size_t i = 1; i < points.size(); ++i)
    below += (points[i].false_rate - points[i - 1].false_rate) * (points[i].true_rate + points[i - 1].true_rate) / 2;
  EXPECT_NEAR(below, curves.classes[0].area, 0.005);
}

TEST(Curves, Reliability) {
  const std::vector<int> labels = {0, 0, 1, 1};
  const std::vector<float> scores = {0.95F, 0.05F, 1, 0, 0.95F, 0.05F, 0.35F, 0.65F};
  const Curves curves = curves_of(labels, scores, 2);
  ASSERT_EQ(curves.bins.size(), 10U);
  EXPECT_EQ(curves.bins[9].examples, 3);
  EXPECT_NEAR(curves.bins[9].confidence, 2.9 / 3, 1e-6);
  EXPECT_NEAR(curves.bins[9].accuracy, 2.0 / 3, 1e-6);
  EXPECT_EQ(curves.bins[6].accuracy, 1);
  EXPECT_NEAR(curves.calibration_error, (0.9 + 0.35) / 4, 1e-6);
}

TEST(Curves, AClassThatIsAbsentHasNone) {
  const std::vector<int> labels = {0, 0};
  const std::vector<float> scores = {0.5F, 0.5F, 0.9F, 0.1F};
  EXPECT_TRUE(curves_of(labels, scores, 2).classes[1].points.empty());
  EXPECT_TRUE(curves_of(labels, scores, 2).classes[0].points.empty());
}

}  // namespace
}  // namespace mote
