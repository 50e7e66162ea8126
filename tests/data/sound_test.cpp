// Augmentation of sounds and spectrograms, parts by recording, folds, synthetic speech.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/files.h"
#include "data/augment_features.h"
#include "data/augment_sound.h"
#include "data/speech.h"
#include "data/split.h"

namespace mote {
namespace {

std::vector<float> tone(std::size_t count, double step) {
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<float>(0.3 * std::sin(step * static_cast<double>(i)));
  return x;
}

double power(const std::vector<float>& x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v * v);
  return sum / static_cast<double>(x.size());
}

std::size_t crossings(const std::vector<float>& x) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < x.size(); ++i) count += (x[i] >= 0) != (x[i - 1] >= 0) ? 1U : 0U;
  return count;
}

TEST(AugmentSound, NoiseComesAtTheRatioAskedFor) {
  SoundAugmentation a;
  a.noise_snr_db = {10, 10};
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const std::vector<float> clean = tone(8000, 0.1);
    std::vector<float> noisy = clean;
    Random random(seed);
    augment_sound(a, random, noisy);
    for (std::size_t i = 0; i < noisy.size(); ++i) noisy[i] -= clean[i];
    EXPECT_NEAR(10 * std::log10(power(clean) / power(noisy)), 10, 0.01);
  }
}

TEST(AugmentSound, SpeedChangesPitchWithinItsRangeAndTheSameSeedGivesTheSame) {
  SoundAugmentation a;
  a.speed = 0.2;
  const auto original = static_cast<double>(crossings(tone(8000, 0.2)));
  std::set<std::size_t> seen;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    std::vector<float> x = tone(8000, 0.2);
    std::vector<float> again = x;
    Random one(seed), two(seed);
    augment_sound(a, one, x);
    augment_sound(a, two, again);
    EXPECT_EQ(x, again);
    seen.insert(crossings(x));
    EXPECT_LT(static_cast<double>(crossings(x)), original * 1.21);
    EXPECT_GT(static_cast<double>(crossings(x)), original * 0.75);
  }
  EXPECT_GT(seen.size(), 2U);  // all that are faster have all of the waves, and silence
}

TEST(AugmentFeatures, MasksBlankWholeBandsAndFrames) {
  FeatureAugmentation a;
  a.frequency_masks = 1;
  a.frequency_mask = 4;
  std::vector<float> x(20 * 10);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  const std::vector<float> before = x;
  Random random(3);
  augment_features(a, 20, 10, random, x);
  std::map<std::size_t, std::size_t> changed;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i] != before[i]) ++changed[i % 10];
  ASSERT_FALSE(changed.empty());
  EXPECT_LE(changed.size(), 4U);
  for (const auto& entry : changed) EXPECT_EQ(entry.second, 20U);
}

TEST(AugmentFeatures, AWarpMovesHighBandsMost) {
  FeatureAugmentation a;
  a.vocal_tract = 0.2;
  std::vector<float> x(4 * 30);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 30);
  Random random(5);
  augment_features(a, 4, 30, random, x);
  EXPECT_FLOAT_EQ(x[0], 0);
  const double tract = static_cast<double>(x[10]) / 10;
  EXPECT_NE(tract, 1);
  EXPECT_NEAR(tract, 1, 0.2);
  EXPECT_NEAR(static_cast<double>(x[20]), 20 * tract, 1e-4);
}

TEST(AugmentFeatures, ARollKeepsEveryFrameWhole) {
  FeatureAugmentation a;
  a.roll = true;
  std::vector<float> x(7 * 3);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  Random random(2);
  augment_features(a, 7, 3, random, x);
  EXPECT_NE(x[0], 0);
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_EQ(x[i], static_cast<float>((i + static_cast<std::size_t>(x[0])) % x.size())) << i;
  EXPECT_EQ(static_cast<int>(x[0]) % 3, 0);
}

TEST(AugmentFeatures, AColourIsOneCurveForAllFrames) {
  FeatureAugmentation a;
  a.colour = 0.5;
  double square = 0;
  for (int draw = 0; draw < 200; ++draw) {
    std::vector<float> x(4 * 16, 1.0F);
    Random random(9, draw);
    augment_features(a, 4, 16, random, x);
    double sum = 0;
    for (std::size_t b = 0; b < 16; ++b) {
      for (std::size_t f = 1; f < 4; ++f) ASSERT_EQ(x[f * 16 + b], x[b]);
      sum += static_cast<double>(x[b] - 1);
      square += static_cast<double>((x[b] - 1) * (x[b] - 1)) / 16 / 200;
    }
    EXPECT_NEAR(sum, 0, 1e-4) << "loudness as a whole is another setting's";
  }
  EXPECT_NEAR(std::sqrt(square), 0.5, 0.05);
}

Dataset people(int count, int each) {
  Dataset data;
  data.classes = {"a", "b"};
  for (int p = 0; p < count; ++p)
    for (int i = 0; i < each; ++i) data.samples.push_back({{0.0F}, {1, 1}, i % 2, "p" + std::to_string(p), "file"});
  return data;
}

TEST(Split, ByRecordingTakesTheSameShareOfEachClassFromEveryone) {
  const Dataset data = people(4, 20);
  const auto split = split_by_group(data, {.validation_fraction = 0.1, .test_fraction = 0.2, .by = "recording"});
  ASSERT_TRUE(split.ok()) << split.error().to_string();
  EXPECT_EQ(split->test.samples.size(), 16U);
  EXPECT_EQ(split->validation.samples.size(), 8U);
  EXPECT_EQ(split->train.groups.size(), 4U);
  std::set<std::int32_t> all;
  for (const SplitPart* part : {&split->train, &split->validation, &split->test})
    all.insert(part->samples.begin(), part->samples.end());
  EXPECT_EQ(all.size(), data.samples.size());
}

TEST(Split, ByRecordingKeepsNamedGroupsApart) {
  const auto split = split_by_group(people(4, 20), {.test = {"p2"}, .validation_fraction = 0.1, .by = "recording"});
  ASSERT_TRUE(split.ok()) << split.error().to_string();
  EXPECT_EQ(split->test.groups, std::vector<std::string>{"p2"});
  EXPECT_EQ(split->train.groups, (std::vector<std::string>{"p0", "p1", "p3"}));
}

TEST(Folds, EveryGroupIsLeftOutOnce) {
  const Dataset data = people(7, 4);
  EXPECT_EQ(make_folds(data, 10, 1).size(), 7U);
  const auto folds = make_folds(data, 3, 1);
  ASSERT_EQ(folds.size(), 3U);
  std::set<std::string> seen;
  for (const auto& fold : folds) {
    EXPECT_GE(fold.size(), 2U);
    for (const std::string& name : fold) EXPECT_TRUE(seen.insert(name).second);
  }
  EXPECT_EQ(seen.size(), 7U);
}

TEST(Resample, KeepsATonesFrequencyAndRemovesWhatWouldFold) {
  const std::vector<float> low = resample(tone(22050, 0.2), 22050, 8000);
  EXPECT_NEAR(static_cast<double>(crossings(low)), static_cast<double>(crossings(tone(22050, 0.2))), 3);
  EXPECT_LT(power(resample(tone(22050, 2.0), 22050, 8000)), 1e-4 * power(tone(22050, 2.0)));
}

TEST(Speech, IsTheSameEveryTimeAndBelongsToNobody) {
  if (!can_speak()) GTEST_SKIP() << "espeak-ng is not installed";
  SpeechSpec spec;
  spec.words = {"yes=yes", "no=no"};
  spec.voices = {"en-us"};
  spec.variants = {"m1", "f2"};
  spec.count = 3;
  const auto once = speak(spec, {"no", "yes"}, 8000);
  ASSERT_TRUE(once.ok()) << once.error().to_string();
  const auto twice = speak(spec, {"no", "yes"}, 8000);
  ASSERT_EQ(once->size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ((*once)[i].values, (*twice)[i].values);
    EXPECT_EQ((*once)[i].label, i < 3 ? 0 : 1);
    EXPECT_EQ((*once)[i].group, "espeak-ng");
    EXPECT_GT((*once)[i].rows(), 800) << "a word lasts longer than a tenth of a second";
  }
  EXPECT_NE((*once)[0].values, (*once)[1].values);
  EXPECT_FALSE(speak(spec, {"no", "yes", "maybe"}, 8000).ok());

  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  spec.keep = folder->path() / "speech";
  for (const char* when : {"spoken", "kept"}) {
    const auto again = speak(spec, {"no", "yes"}, 8000);
    ASSERT_TRUE(again.ok()) << again.error().to_string();
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ((*once)[i].values, (*again)[i].values) << when;
  }
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator(spec.keep, ec))
    EXPECT_EQ(entry.path().extension(), ".wav");
}

}  // namespace
}  // namespace mote
