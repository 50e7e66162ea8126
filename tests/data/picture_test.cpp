// Random changes to pictures: each alone on a picture small enough to foretell the result; mixing of examples.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "data/augment.h"
#include "data/batches.h"
#include "tests/data/helpers.h"

namespace mote {
namespace {

const std::vector<float> kPicture = {1, 2, 3, 4, 5, 6};  // 2 x 3 x 1

/// All results of 200 draws.
std::set<std::vector<float>> results(const Augmentation& augmentation, float clip = 0) {
  std::set<std::vector<float>> found;
  for (int i = 0; i < 200; ++i) {
    Random random(7, i);
    std::vector<float> values = kPicture;
    augment_picture(augmentation, {2, 3, 1}, clip, random, values);
    found.insert(values);
  }
  return found;
}

TEST(Picture, UnchangedByDefault) { EXPECT_EQ(results({}), (std::set<std::vector<float>>{kPicture})); }

TEST(Picture, Flips) {
  const std::vector<float> across = {3, 2, 1, 6, 5, 4};
  const std::vector<float> down = {4, 5, 6, 1, 2, 3};
  const std::vector<float> turned = {6, 5, 4, 3, 2, 1};
  EXPECT_EQ(results({.flip = "horizontal"}), (std::set{kPicture, across}));
  EXPECT_EQ(results({.flip = "vertical"}), (std::set{kPicture, down}));
  EXPECT_EQ(results({.flip = "both"}), (std::set{kPicture, across, down, turned}));
}

TEST(Picture, CropMovesAndRepeatsTheEdge) {
  const auto found = results({.crop = 1});
  EXPECT_EQ(found.size(), 9U);
  EXPECT_TRUE(found.contains({1, 1, 2, 4, 4, 5}));
  EXPECT_TRUE(found.contains({5, 6, 6, 5, 6, 6}));
}

TEST(Picture, TurnsAndZoomsStayInsideTheValues) {
  for (const auto& values : results({.rotate_degrees = 30, .zoom = 0.3})) {
    EXPECT_GE(*std::min_element(values.begin(), values.end()), 1);
    EXPECT_LE(*std::max_element(values.begin(), values.end()), 6);
  }
  EXPECT_EQ(results({.rotate_degrees = 30}).size(), 200U);
}

TEST(Picture, ColoursAndClip) {
  for (const auto& values : results({.brightness = 2})) EXPECT_NEAR(values[5] - values[0], 5, 1e-5);
  for (const auto& values : results({.contrast = 0.5})) EXPECT_NEAR(values[0] + values[5], 7, 1e-5);
  for (const auto& values : results({.scale = 0.1})) EXPECT_NEAR(values[5] / values[0], 6, 1e-4);
  for (const auto& values : results({.jitter = 5}, 4))
    for (const float value : values) EXPECT_LE(std::abs(value), 4.0F);
}

TEST(Picture, CutoutBlanksAboutHalfOfThem) {
  const auto found = results({.cutout = 1});
  EXPECT_TRUE(found.contains(kPicture));
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const auto& values) { return values[0] == 3.5F; }));
  for (const auto& values : found)
    for (std::size_t i = 0; i < 6; ++i) EXPECT_TRUE(values[i] == kPicture[i] || values[i] == 3.5F);
}

TEST(Mixup, SharesAreThoseOfABetaDistribution) {
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    Random random(3, i);
    const double share = draw_share(0.4, random);
    ASSERT_TRUE(share >= 0 && share <= 1);
    sum += share;
    squares += (share - 0.5) * (share - 0.5);
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.01);
  EXPECT_NEAR(squares / kDraws, 1 / (4 * (2 * 0.4 + 1)), 0.005);  // the variance of Beta(a, a)
}

TEST(Mixup, MixesValuesAndNamesBothLabels) {
  Dataset data;
  data.classes = {"a", "b"};
  for (int i = 0; i < 8; ++i)
    data.samples.push_back(test::counting_sample(2, 1, i % 2, "g", static_cast<float>(10 * i)));
  Examples examples;
  examples.rows = 2;
  for (int i = 0; i < 8; ++i) examples.items.push_back({i, 0});
  const Normalisation none{{0}, {1}, 0};
  const auto load = [&](double mixup) {
    const Augmentation augmentation{.mixup = mixup};
    BatchLoader loader({data, examples, none, augmentation}, 8, 5);
    loader.start(1);
    return loader.next();
  };
  const Batch plain = load(0);
  const Batch mixed = load(0.5);
  EXPECT_EQ(plain.share, 1);
  EXPECT_EQ(mixed.labels, plain.labels);
  ASSERT_LT(mixed.share, 1);
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t other = (i + 1) % 8;
    EXPECT_EQ(mixed.others[i], plain.labels[other]);
    EXPECT_NEAR(mixed.values[2 * i],
                mixed.share * static_cast<double>(plain.values[2 * i]) +
                    (1 - mixed.share) * static_cast<double>(plain.values[2 * other]),
                1e-4);
  }
}

}  // namespace
}  // namespace mote
