// Metrics by hand, and the preparation that travels with a model: JSON round trip, encoding, the C header against the
// same arithmetic.
#include <gtest/gtest.h>

#include <cstdlib>

#include "data/input_header.h"
#include "data/preparation.h"
#include "tests/data/helpers.h"

namespace mote {
namespace {

TEST(Metrics, ByHand) {
  const std::vector<int> labels{0, 0, 0, 1, 1, 1};
  const std::vector<int> given{0, 0, 1, 1, 1, 2};
  const std::vector<std::int32_t> recording{0, 0, 1, 2, 2, 3};
  const Evaluation e = evaluate_predictions(labels, given, recording, 3);
  EXPECT_DOUBLE_EQ(e.accuracy, 4.0 / 6);
  EXPECT_EQ(e.confusion, (std::vector<std::vector<std::int64_t>>{{2, 1, 0}, {0, 2, 1}, {0, 0, 0}}));
  EXPECT_DOUBLE_EQ(e.classes[0].precision, 1);
  EXPECT_DOUBLE_EQ(e.classes[0].recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(e.classes[0].f1, 0.8);
  EXPECT_DOUBLE_EQ(e.classes[1].precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(e.classes[2].precision, 0);
  EXPECT_DOUBLE_EQ(e.balanced_accuracy, 2.0 / 3) << "a class that does not occur does not count";
  EXPECT_LT(e.accuracy_low, e.accuracy);
  EXPECT_GT(e.accuracy_high, e.accuracy);
  EXPECT_EQ(evaluate_predictions({}, {}, {}, 3).accuracy, 0);
}

TEST(Metrics, IntervalKnowsThatWindowsOfOneRecordingAreAlike) {
  std::vector<int> labels(400, 0);
  std::vector<int> given(400);
  std::vector<std::int32_t> alone(400);
  std::vector<std::int32_t> together(400);
  for (int i = 0; i < 400; ++i) {
    given[static_cast<std::size_t>(i)] = i % 100 < 80 ? 0 : 1;  // recordings 0..19 right or wrong as a whole
    alone[static_cast<std::size_t>(i)] = i;
    together[static_cast<std::size_t>(i)] = i / 20;
  }
  const Evaluation narrow = evaluate_predictions(labels, given, alone, 2);
  const Evaluation wide = evaluate_predictions(labels, given, together, 2);
  EXPECT_GT(wide.accuracy_high - wide.accuracy_low, 2 * (narrow.accuracy_high - narrow.accuracy_low));
}

Preparation example_preparation() {
  Preparation p;
  p.model = "wrist";
  p.rate_hz = 50;
  p.window = 2;
  p.classes = {"a", "b"};
  p.channels = {"ax", "gy"};
  p.example = {2, 2};
  p.normalisation = {{0.5F, 0}, {0.25F, 3}, 1.0F};
  return p;
}

TEST(Preparation, JsonRoundTrip) {
  const Preparation p = example_preparation();
  const auto back = parse_preparation(to_json(p), "p.json");
  ASSERT_TRUE(back.ok()) << back.error().to_string();
  EXPECT_EQ(to_json(*back), to_json(p));
  EXPECT_EQ(back->normalisation, p.normalisation);
  EXPECT_FALSE(parse_preparation("{", "p.json").ok());
  EXPECT_FALSE(parse_preparation("{\"format\": 1}", "p.json").ok());
  Preparation broken = p;
  broken.normalisation.gain = {1};
  EXPECT_EQ(parse_preparation(to_json(broken), "p.json").error().to_string(),
            "p.json: its fields contradict each other");
}

TEST(Preparation, EncodesForInt8) {
  Tensor input{"x", DType::i8, {1, 4}, {{0.5F}, {3}, 0}, nullptr};
  const auto bytes = encode_input(std::vector<float>{0, 0.26F, -100, 100}, input);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(*bytes, (Bytes{3, 4, 0x80, 127}));
  EXPECT_FALSE(encode_input(std::vector<float>{0}, input).ok());
}

TEST(Preparation, HeaderDoesTheSameInC) {
  const Preparation p = example_preparation();
  const Tensor input{"x", DType::i8, {1, 2, 1, 2}, {{1.0F / 127}, {-1}, 0}, nullptr};
  auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  test::put(folder->path() / "input.h", input_header(p, input));
  test::put(folder->path() / "main.c",
            "#include <stdio.h>\n#include \"input.h\"\nint main(void) {\n  for (int i = -400; i <= 400; ++i) {\n"
            "    float row[2] = {(float)i * 0.0371f, (float)i * 0.00113f};\n    int8_t q[2];\n    "
            "mote_wrist_input_row(row, q);\n"
            "    printf(\"%d %d\\n\", q[0], q[1]);\n  }\n  return MOTE_WRIST_INPUT_ROWS == 2 ? 0 : 1;\n}\n");
  const std::string base = folder->path().string();
  ASSERT_EQ(std::system(("cc -std=c99 -Wall -Wextra -Wconversion -Werror -o " + base + "/a " + base + "/main.c && " +
                         base + "/a > " + base + "/out.txt")
                            .c_str()),
            0);
  std::ifstream out(folder->path() / "out.txt");
  int off_by_one = 0;
  for (int i = -400; i <= 400; ++i) {
    std::vector<float> row{static_cast<float>(i) * 0.0371F, static_cast<float>(i) * 0.00113F, 0, 0};
    p.normalisation.apply(row);
    const auto bytes = encode_input(row, input);
    for (std::size_t c = 0; c < 2; ++c) {
      int q = 999;
      ASSERT_TRUE(out >> q);
      const int expected = static_cast<std::int8_t>((*bytes)[c]);
      ASSERT_LE(std::abs(q - expected), 1);
      off_by_one += q != expected ? 1 : 0;
    }
  }
  EXPECT_LE(off_by_one, 8) << "only halves may fall on the other side";
}

}  // namespace
}  // namespace mote
