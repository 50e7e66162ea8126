// Windows over recordings, normalisation and augmentation.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/augment.h"
#include "data/normalise.h"
#include "tests/data/helpers.h"

namespace mote {
namespace {

Dataset two_recordings() {
  Dataset data;
  data.classes = {"a", "b"};
  data.samples = {test::counting_sample(10, 2, 0, "p0"), test::counting_sample(3, 2, 1, "p1", 100)};
  return data;
}

TEST(Windows, StayInsideTheirRecording) {
  const Dataset data = two_recordings();
  const std::vector<std::int32_t> all{0, 1};
  const auto windows = make_windows(data, all, 4, 3);
  ASSERT_TRUE(windows.ok());
  ASSERT_EQ(windows->items.size(), 4U);  // at rows 0, 3, 6 of the first, and the second padded
  EXPECT_EQ(windows->items[2].first_row, 6);
  std::vector<float> out(8);
  copy_example(data, *windows, windows->items[2], 0, out);
  EXPECT_EQ(out, (std::vector<float>{12, 13, 14, 15, 16, 17, 18, 19}));
  copy_example(data, *windows, windows->items[2], 5, out);  // cannot move: the recording ends here
  EXPECT_EQ(out.front(), 12);
  copy_example(data, *windows, windows->items[2], -2, out);
  EXPECT_EQ(out.front(), 8);
  copy_example(data, *windows, windows->items[3], 0, out);
  EXPECT_EQ(out, (std::vector<float>{100, 101, 102, 103, 104, 105, 0, 0}));
  copy_example(data, *windows, windows->items[3], -1, out);  // a short clip moves within its padding
  EXPECT_EQ(out, (std::vector<float>{0, 0, 100, 101, 102, 103, 104, 105}));
  copy_example(data, *windows, windows->items[3], 9, out);  // wholly out of sight
  EXPECT_EQ(out, std::vector<float>(8, 0.0F));
}

TEST(Windows, WholeRecordingsMustAgree) {
  const Dataset data = two_recordings();
  const std::vector<std::int32_t> all{0, 1};
  const auto windows = make_windows(data, all, 0, 1);
  ASSERT_FALSE(windows.ok());
  EXPECT_EQ(windows.error().to_string(),
            "p1.csv: has 3 rows where the first recording has 10; set data.window to a fixed length");
}

TEST(CheckDataset, FindsWhatReadersMayMiss) {
  Dataset data = two_recordings();
  EXPECT_TRUE(check_dataset(data, "d").ok());
  data.samples[1].values[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(check_dataset(data, "d").error().to_string(),
            "p1.csv: row 2 holds a value that is not a number (NaN or infinite); repair or remove it");
  data = two_recordings();
  data.classes.emplace_back("c");
  EXPECT_EQ(check_dataset(data, "d").error().to_string(), "d: class \"c\" has no recordings");
  EXPECT_EQ(check_dataset(Dataset{}, "d").error().to_string(), "d: no recordings in it");
}

TEST(Normalisation, RangeUsesTrainingPartAndSaturates) {
  const Dataset data = two_recordings();
  const std::vector<std::int32_t> train{0};  // channel 0: 0..18, channel 1: 1..19
  const auto fitted = fit_normalisation("range", 100, data, train);
  ASSERT_TRUE(fitted.ok());
  EXPECT_FLOAT_EQ(fitted->gain[0], 1.0F / 18);
  EXPECT_FLOAT_EQ(fitted->gain[1], 1.0F / 19);
  std::vector<float> values{9, 19, 36, -190};
  fitted->apply(values);
  EXPECT_EQ(values, (std::vector<float>{0.5F, 1, 1, -1}));
}

TEST(Normalisation, StandardHasMeanZeroAndDeviationOne) {
  const Dataset data = two_recordings();
  const std::vector<std::int32_t> train{0};
  const auto fitted = fit_normalisation("standard", 100, data, train);
  ASSERT_TRUE(fitted.ok());
  std::vector<float> values = data.samples[0].values;
  fitted->apply(values);
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); i += 2) {
    sum += static_cast<double>(values[i]);
    squares += static_cast<double>(values[i] * values[i]);
  }
  EXPECT_NEAR(sum, 0, 1e-5);
  EXPECT_NEAR(squares / 10, 1, 1e-5);
  EXPECT_EQ(fit_normalisation("log", 100, data, train).error().to_string(),
            "input.normalise: \"log\" is not one of none, range, standard");
}

TEST(Augment, NothingAskedNothingChanged) {
  std::vector<float> values{1, 2, 3, 4, 5, 6};
  const std::vector<float> before = values;
  const Normalisation units{{0, 0, 0}, {1, 1, 1}, 0};
  Random random(1);
  augment({}, units, random, values);
  EXPECT_EQ(values, before);
  EXPECT_EQ(draw_time_shift({}, random), 0);
}

TEST(Augment, RotationKeepsLengthsInPhysicalUnits) {
  const Normalisation units{{1, -2, 0}, {0.5F, 2, 1}, 0};
  const std::vector<float> physical{3, 4, 12, -1, 2, 2};
  std::vector<float> values = physical;
  units.apply(values);
  Random random(3);
  augment({.rotate_degrees = 90}, units, random, values);
  double change = 0;
  for (std::size_t row = 0; row < 2; ++row) {
    double length = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const double x = static_cast<double>(values[row * 3 + c] / units.gain[c] + units.offset[c]);
      length += x * x;
      change += std::fabs(x - static_cast<double>(physical[row * 3 + c]));
    }
    EXPECT_NEAR(std::sqrt(length), row == 0 ? 13.0 : 3.0, 1e-4);
  }
  EXPECT_GT(change, 0.1);
}

TEST(Augment, WarpKeepsTheMiddleAndShiftStaysInBounds) {
  std::vector<float> values{0, 1, 2, 3, 4, 5, 6, 7, 8};
  const Normalisation units{{0}, {1}, 0};
  Random random(5);
  augment({.warp = 0.2}, units, random, values);
  EXPECT_FLOAT_EQ(values[4], 4);
  EXPECT_NE(values[2], 2);
  for (int i = 0; i < 1000; ++i) EXPECT_LE(std::abs(draw_time_shift({.time_shift = 3}, random)), 3);
}

}  // namespace
}  // namespace mote
