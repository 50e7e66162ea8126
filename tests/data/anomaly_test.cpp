// Detection of what is not normal, against what can be counted by hand.
#include "data/anomaly.h"

#include <gtest/gtest.h>

#include <numeric>

#include "data/random.h"

namespace mote {
namespace {

const std::vector<bool> kNormal = {true, false, false};

std::vector<std::int32_t> own_recordings(std::size_t count) {
  std::vector<std::int32_t> recording(count);
  std::iota(recording.begin(), recording.end(), 0);
  return recording;
}

TEST(Anomaly, AreaIsTheShareOfPairsInOrder) {
  const std::vector<double> scores = {1, 3, 3, 2, 4, 3};
  const std::vector<int> labels = {0, 0, 0, 1, 1, 2};
  const Detection found = evaluate_detection(scores, labels, own_recordings(6), kNormal, 3);
  // 2 beats 1; 4 beats all; 3 beats 1 and equals two.
  EXPECT_NEAR(found.area.value, (1 + 3 + 2) / 9.0, 1e-12);
  ASSERT_EQ(found.kinds.size(), 2U);
  EXPECT_NEAR(found.kinds[0].area, 4 / 6.0, 1e-12);
  EXPECT_NEAR(found.kinds[1].area, 2 / 3.0, 1e-12);
  EXPECT_EQ(found.normal, 3);
  EXPECT_EQ(found.false_alarms, 0) << "an alarm lies above the threshold";
  EXPECT_NEAR(found.hits, 1 / 3.0, 1e-12);
  EXPECT_NEAR(found.kinds[0].hits, 0.5, 1e-12);
  EXPECT_NEAR(found.curve.area, found.area.value, 1e-12);
}

TEST(Anomaly, PartialAreaCountsFewFalseAlarmsOnly) {
  // Ten normals 0..9; anomalies at 9.5 and at 5.5: half is found without a false alarm, the rest behind four.
  std::vector<double> scores(10);
  std::iota(scores.begin(), scores.end(), 0.0);
  std::vector<int> labels(10, 0);
  for (const double score : {9.5, 5.5}) {
    scores.push_back(score);
    labels.push_back(1);
  }
  const auto partial = [&](double rate) {
    return evaluate_detection(scores, labels, own_recordings(12), kNormal, 0, {0.01, rate}).partial_area.value;
  };
  EXPECT_NEAR(partial(0.2), (1 + (0.1 - 0.02) / (0.2 - 0.02)) / 2, 1e-12);
  EXPECT_NEAR(partial(0.15), (1 + (0.075 - 0.01125) / (0.15 - 0.01125)) / 2, 1e-12) << "between two examples";
  EXPECT_NEAR(partial(1), 0.8, 1e-12) << "up to all false alarms it is the area itself";
}

TEST(Anomaly, ThresholdLeavesTheRateAbove) {
  std::vector<double> normal(200);
  std::iota(normal.begin(), normal.end(), 0.0);
  EXPECT_EQ(threshold_of(normal, 0.01), 197);
  EXPECT_EQ(threshold_of(normal, 0), 199);
  EXPECT_EQ(threshold_of(normal, 0.001), 199) << "200 examples cannot show one in a thousand";
  EXPECT_EQ(threshold_of({}, 0.01), 0);
}

TEST(Anomaly, IntervalKnowsThatExamplesOfARecordingAreAlike) {
  std::vector<double> scores;
  std::vector<int> labels;
  std::vector<std::int32_t> few;
  for (int i = 0; i < 400; ++i) {
    Random random(3, i / 40);  // ten recordings, each with a level of its own
    const double level = random.uniform();
    scores.push_back(level + 0.001 * Random(4, i).uniform() + (i % 2 == 0 ? 0.0 : 0.3));
    labels.push_back(i % 2);
    few.push_back(i / 40);
  }
  const Interval by_recording = evaluate_detection(scores, labels, few, kNormal, 0).area;
  const Interval by_example = evaluate_detection(scores, labels, own_recordings(400), kNormal, 0).area;
  EXPECT_EQ(by_recording.value, by_example.value);
  EXPECT_LE(by_recording.low, by_recording.value);
  EXPECT_GE(by_recording.high, by_recording.value);
  EXPECT_GT(by_recording.high - by_recording.low, 2 * (by_example.high - by_example.low));
}

TEST(Anomaly, HistogramHoldsEveryExample) {
  const std::vector<double> wide = {0.001, 0.01, 1, 10, 10};
  const std::vector<int> labels = {0, 0, 0, 1, 1};
  const ScoreHistogram log = evaluate_detection(wide, labels, own_recordings(5), kNormal, 1).histogram;
  EXPECT_TRUE(log.logarithmic);
  EXPECT_EQ(std::accumulate(log.normal.begin(), log.normal.end(), std::int64_t{0}), 3);
  EXPECT_EQ(log.anomalous.back(), 2);
  EXPECT_NEAR(log.edges.front(), 0.001, 1e-12);
  EXPECT_NEAR(log.edges.back(), 10, 1e-9);
  const std::vector<double> equal = {-2, -2, -2, -2, -2};
  const Detection none = evaluate_detection(equal, labels, own_recordings(5), kNormal, 1);
  EXPECT_FALSE(none.histogram.logarithmic);
  EXPECT_EQ(none.histogram.normal.front(), 3);
  EXPECT_EQ(none.area.value, 0.5);
}

TEST(Anomaly, OneSideAloneHasNoArea) {
  const std::vector<double> scores = {1, 2};
  const std::vector<int> labels = {0, 0};
  const Detection found = evaluate_detection(scores, labels, own_recordings(2), kNormal, 1.5);
  EXPECT_EQ(found.area.high, 0);
  EXPECT_TRUE(found.curve.points.empty());
  EXPECT_EQ(found.false_alarms, 0.5);
}

}  // namespace
}  // namespace mote
