// No group on two sides of a split, whatever the data and the seed.
#include "data/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "data/random.h"
#include "tests/data/helpers.h"

namespace mote {
namespace {

Dataset people(int groups, int classes) {
  Dataset data;
  for (int c = 0; c < classes; ++c) data.classes.push_back("c" + std::to_string(c));
  for (int c = 0; c < classes; ++c)
    for (int g = 0; g < groups; ++g)
      for (int n = 0; n < 2; ++n) data.samples.push_back(test::counting_sample(2, 1, c, "p" + std::to_string(g)));
  return data;
}

TEST(Split, PartsAreDisjointAndCompleteForManySeeds) {
  std::set<std::vector<std::string>> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Dataset data = people(3 + static_cast<int>(seed % 9), 3);
    const auto split = split_by_group(
        data, {.validation = {}, .test = {}, .validation_fraction = 0.25, .test_fraction = 0.25, .seed = seed});
    ASSERT_TRUE(split.ok()) << split.error().to_string();
    std::set<std::string> groups;
    std::set<std::int32_t> samples;
    std::size_t group_count = 0;
    std::size_t sample_count = 0;
    for (const SplitPart* part : {&split->train, &split->validation, &split->test}) {
      EXPECT_FALSE(part->groups.empty());
      groups.insert(part->groups.begin(), part->groups.end());
      group_count += part->groups.size();
      samples.insert(part->samples.begin(), part->samples.end());
      sample_count += part->samples.size();
      for (const std::int32_t index : part->samples)
        EXPECT_TRUE(std::binary_search(part->groups.begin(), part->groups.end(),
                                       data.samples[static_cast<std::size_t>(index)].group));
    }
    EXPECT_EQ(groups.size(), group_count) << "a group stands in two parts";
    EXPECT_EQ(samples.size(), sample_count);
    EXPECT_EQ(sample_count, data.samples.size());
    seen.insert(split->test.groups);
  }
  EXPECT_GT(seen.size(), 20U) << "the seed decides who is tested";
}

TEST(Split, NamedGroups) {
  const Dataset data = people(5, 2);
  const auto split = split_by_group(data, {.validation = {"p3"}, .test = {"p0", "p4"}});
  ASSERT_TRUE(split.ok());
  EXPECT_EQ(split->test.groups, (std::vector<std::string>{"p0", "p4"}));
  EXPECT_EQ(split->validation.groups, (std::vector<std::string>{"p3"}));
  EXPECT_EQ(split->train.groups, (std::vector<std::string>{"p1", "p2"}));
}

TEST(Split, AStarStandsForAllGroupsThatBeginSo) {
  const Dataset data = people(12, 2);
  const auto split = split_by_group(data, {.validation = {"p2"}, .test = {"p1*"}});
  ASSERT_TRUE(split.ok()) << split.error().to_string();
  EXPECT_EQ(split->test.groups, (std::vector<std::string>{"p1", "p10", "p11"}));
  const auto none = split_by_group(data, {.validation = {"p2"}, .test = {"q*"}});
  EXPECT_EQ(none.error().what.substr(0, 34), "there is no group \"q*\" in the data");
}

TEST(Split, GroupsOfOneClassAreTakenClassByClass) {
  Dataset data;
  data.classes = {"many", "few"};
  for (int i = 0; i < 110; ++i)
    data.samples.push_back(test::counting_sample(2, 1, i < 100 ? 0 : 1, "photo" + std::to_string(i)));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto split = split_by_group(data, {.validation_fraction = 0.1, .test_fraction = 0.2, .seed = seed});
    ASSERT_TRUE(split.ok());
    const auto few = [&](const SplitPart& part) {
      return std::count_if(part.samples.begin(), part.samples.end(), [](std::int32_t i) { return i >= 100; });
    };
    EXPECT_EQ(split->test.samples.size(), 22U);
    EXPECT_EQ(few(split->test), 2);
    EXPECT_EQ(few(split->validation), 1);
  }
}

TEST(Split, TheLastGroupOfAClassStaysInTraining) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Dataset data = people(6, 2);
    data.classes.push_back("rare");
    data.samples.push_back(test::counting_sample(2, 1, 2, "p3"));
    const auto split = split_by_group(data, {.seed = seed});
    ASSERT_TRUE(split.ok()) << split.error().to_string();
    EXPECT_TRUE(std::binary_search(split->train.groups.begin(), split->train.groups.end(), "p3"));
  }
}

TEST(Split, Errors) {
  const auto error = [](const Dataset& data, const SplitOptions& options) {
    const auto split = split_by_group(data, options);
    return split.ok() ? std::string("accepted") : split.error().to_string();
  };
  EXPECT_EQ(error(people(3, 2), {.validation = {"p1"}, .test = {"bob"}}),
            "split.test: there is no group \"bob\" in the data; it has p0, p1, p2");
  EXPECT_EQ(error(people(3, 2), {.validation = {"p1"}, .test = {"p1"}}),
            "split.validation: group \"p1\" is named twice");
  EXPECT_EQ(error(people(2, 2), {}),
            "split: 2 group(s) in the data are too few to keep training, validation and test apart; see data.group, "
            "data.piece "
            "and split.by");
  Dataset lonely = people(3, 2);
  lonely.classes.push_back("rare");
  lonely.samples.push_back(test::counting_sample(2, 1, 2, "p0"));
  EXPECT_EQ(error(lonely, {.validation = {"p1"}, .test = {"p0"}}),
            "split: class \"rare\" is absent from the training groups (p2)");
}

TEST(Split, AnomaliesAreTestedAlone) {
  Dataset data = people(6, 2);
  data.classes.push_back("fault");
  for (const char* who : {"p0", "p1", "machine"}) data.samples.push_back(test::counting_sample(2, 1, 2, who));
  const auto split = split_by_group(data, {.validation = {"p1"}, .test = {"p2", "machine"}, .normal = {"c0", "c1"}});
  ASSERT_TRUE(split.ok()) << split.error().to_string();
  EXPECT_EQ(split->train.groups, (std::vector<std::string>{"p0", "p3", "p4", "p5"}));
  EXPECT_EQ(split->validation.groups, (std::vector<std::string>{"p1"}));
  EXPECT_EQ(split->test.groups, (std::vector<std::string>{"machine", "p0", "p1", "p2"})) << "anomalies of all groups";
  std::size_t all = 0;
  for (const SplitPart* part : {&split->train, &split->validation, &split->test}) {
    all += part->samples.size();
    if (part == &split->test) continue;
    for (const std::int32_t index : part->samples) EXPECT_NE(data.samples[static_cast<std::size_t>(index)].label, 2);
  }
  EXPECT_EQ(all, data.samples.size());
  EXPECT_TRUE(std::is_sorted(split->test.samples.begin(), split->test.samples.end()));
  EXPECT_EQ(split->test.samples.size(), 4U + 3U);
  const auto wrong = split_by_group(data, {.normal = {"c0", "quiet"}});
  EXPECT_EQ(wrong.error().to_string(),
            "anomaly.normal: \"c0\", \"quiet\" are not all classes of the data, which has c0, c1, fault");
}

TEST(Split, ByTimeTakesTheEndOfEveryRecording) {
  Dataset data;
  data.classes = {"a", "b"};
  for (int i = 0; i < 15; ++i) {
    data.samples.push_back(test::counting_sample(2, 1, i < 10 ? 0 : 1, "p"));
    data.samples.back().source = i < 10 ? "first.csv" : "second.csv";
  }
  const auto split = split_by_group(data, {.validation_fraction = 0.2, .test_fraction = 0.2, .by = "time"});
  ASSERT_TRUE(split.ok()) << split.error().to_string();
  EXPECT_EQ(split->test.samples, (std::vector<std::int32_t>{8, 9, 14}));
  EXPECT_EQ(split->validation.samples, (std::vector<std::int32_t>{6, 7, 13}));
  EXPECT_EQ(split->train.samples, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 10, 11, 12}));
}

/// Folds of a search: the test part is what it is without them, whoever is left out, and everybody else has a turn.
TEST(Split, FoldsLeaveTheTestPartAlone) {
  const Dataset data = people(6, 2);
  for (const SplitOptions& options :
       {SplitOptions{.validation = {"p1"}, .test = {"p0", "p5"}}, SplitOptions{.seed = 3},
        SplitOptions{.validation_fraction = 0.1, .test_fraction = 0.1, .by = "recording"}}) {
    const auto plain = split_by_group(data, options);
    ASSERT_TRUE(plain.ok()) << plain.error().to_string();
    const auto folds = folds_beside_test(data, options, 3);
    ASSERT_TRUE(folds.ok()) << folds.error().to_string();
    ASSERT_EQ(folds->size(), 3U);
    std::multiset<std::int32_t> judged;
    for (const auto& fold : *folds) {
      SplitOptions one = options;
      one.fold = fold;
      const auto split = split_by_group(data, one);
      ASSERT_TRUE(split.ok()) << split.error().to_string();
      EXPECT_EQ(split->test.samples, plain->test.samples);
      EXPECT_EQ(split->validation.groups, fold);
      judged.insert(split->validation.samples.begin(), split->validation.samples.end());
      for (const std::string& group : split->train.groups)
        EXPECT_EQ(std::count(fold.begin(), fold.end(), group), 0) << group << " is learnt from and judges";
      EXPECT_EQ(split->train.samples.size() + split->validation.samples.size() + split->test.samples.size(),
                data.samples.size());
    }
    EXPECT_EQ(judged.size(), data.samples.size() - plain->test.samples.size());
    EXPECT_EQ(std::set<std::int32_t>(judged.begin(), judged.end()).size(), judged.size()) << "each judges once";
  }
  EXPECT_FALSE(folds_beside_test(people(3, 2), {.validation = {"p1"}, .test = {"p0", "p2"}}, 4).ok());
}

TEST(Random, StreamsAreReproducibleAndSpread) {
  EXPECT_EQ(Random(1, 2).next(), Random(1, 2).next());
  EXPECT_NE(Random(1, 2).next(), Random(2, 1).next());
  Random random(7);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < 20000; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / 20000, 0, 0.03);
  EXPECT_NEAR(squares / 20000, 1, 0.03);
}

}  // namespace
}  // namespace mote
