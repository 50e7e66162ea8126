// The text form: round trips, golden files (rebased by MOTE_UPDATE_GOLDEN=1), error messages, hostile input.
#include "ir/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>

#include "ir/graph_file.h"
#include "ir/verify.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

using testing::random_graph;

void expect_same(const Graph& a, const Graph& b, const std::string& what) {
  EXPECT_EQ(a.name, b.name) << what;
  EXPECT_EQ(a.inputs, b.inputs) << what;
  EXPECT_EQ(a.outputs, b.outputs) << what;
  ASSERT_EQ(a.tensors.size(), b.tensors.size()) << what;
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    const Tensor &s = a.tensors[i], &t = b.tensors[i];
    EXPECT_EQ(s.name, t.name) << what;
    EXPECT_EQ(s.type, t.type) << what;
    EXPECT_EQ(s.shape, t.shape) << what;
    EXPECT_EQ(s.quant, t.quant) << what;
    ASSERT_EQ(s.is_constant(), t.is_constant()) << what;
    if (s.is_constant()) {
      EXPECT_EQ(*s.data, *t.data) << what << ", " << s.name;
    }
  }
  ASSERT_EQ(a.nodes.size(), b.nodes.size()) << what;
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    EXPECT_EQ(a.nodes[i].op, b.nodes[i].op) << what;
    EXPECT_EQ(a.nodes[i].name, b.nodes[i].name) << what;
    EXPECT_EQ(a.nodes[i].inputs, b.nodes[i].inputs) << what;
    EXPECT_EQ(a.nodes[i].outputs, b.nodes[i].outputs) << what;
    EXPECT_TRUE(a.nodes[i].attrs == b.nodes[i].attrs) << what;
  }
}

TEST(Text, RoundTripsRandomGraphs) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Graph graph = random_graph(seed, {.type = seed % 2 == 0 ? DType::i8 : DType::f32});
    for (const bool with_sidecar : {false, true}) {
      ConstantStore store;
      const std::string text = to_text(graph, with_sidecar ? &store : nullptr);
      const auto parsed = parse_graph(text, store, ops::find);
      ASSERT_TRUE(parsed.ok()) << parsed.error().to_string() << "\n" << text;
      expect_same(graph, *parsed, fmt::format("seed {}", seed));
      ConstantStore again;
      EXPECT_EQ(to_text(*parsed, with_sidecar ? &again : nullptr), text);
    }
  }
}

/// One constant of every type, awkward numbers and names.
Graph awkward_graph() {
  Graph graph;
  graph.name = "awk\"ward\\\n";
  const std::vector<float> reals = {0.1F,
                                    -0.0F,
                                    1e-45F,
                                    3.4028235e38F,
                                    1.0F / 3.0F,
                                    std::bit_cast<float>(0x7fc12345U),
                                    std::bit_cast<float>(0xff800000U)};
  graph.add({"reals, with \x01 control", DType::f32, {7}, {}, make_data(reals)});
  graph.add({"i16", DType::i16, {2}, {}, make_data(std::vector<std::int16_t>{-32768, 32767})});
  graph.add({"i64", DType::i64, {1, 2}, {}, make_data(std::vector<std::int64_t>{INT64_MIN, INT64_MAX})});
  graph.add({"u8", DType::u8, {}, {}, make_data(std::vector<std::uint8_t>{255})});
  graph.add({"bool", DType::boolean, {2}, {}, make_data(std::vector<std::uint8_t>{0, 1})});
  graph.add({"nibbles", DType::i4, {3}, {{0.25F}, {-8}, 0}, make_data(std::vector<std::uint8_t>{0x8f, 0x07})});
  graph.add({"many", DType::i8, {2, 9}, {{0.1F, 0.2F}, {0, 3}, 0}, make_data(std::vector<std::int8_t>(18, -3))});
  graph.add({"wide", DType::i4, {1, 33}, {}, make_data(std::vector<std::uint8_t>(16, 0x79))});
  Bytes odd(17, 0x79);
  odd.back() = 5;
  graph.tensors.back().data = std::make_shared<const Bytes>(odd);
  graph.inputs = {graph.add({"x", DType::f32, {}, {}, nullptr})};
  graph.outputs = {graph.add({"y", DType::f32, {}, {}, nullptr})};
  graph.nodes.push_back({&ops::relu, "r", graph.inputs, graph.outputs, {}});
  return graph;
}

TEST(Text, RoundTripsEveryTypeAndAwkwardNames) {
  const Graph graph = awkward_graph();
  ASSERT_TRUE(verify(graph).ok()) << verify(graph).error().to_string();
  for (const bool with_sidecar : {false, true}) {
    ConstantStore store;
    const std::string text = to_text(graph, with_sidecar ? &store : nullptr);
    const auto parsed = parse_graph(text, store, ops::find);
    ASSERT_TRUE(parsed.ok()) << parsed.error().to_string() << "\n" << text;
    expect_same(graph, *parsed, text);
  }
}

TEST(Text, FilesRoundTripWithTheirSidecar) {
  auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  const auto path = folder->path() / "g.mir";
  const Graph graph = awkward_graph();
  ASSERT_TRUE(save_graph(graph, path).ok());
  EXPECT_TRUE(std::filesystem::exists(folder->path() / "g.npz"));
  const auto loaded = load_graph(path, ops::find);
  ASSERT_TRUE(loaded.ok()) << loaded.error().to_string();
  expect_same(graph, *loaded, "loaded");

  std::filesystem::remove(folder->path() / "g.npz");
  const auto orphan = load_graph(path, ops::find);
  ASSERT_FALSE(orphan.ok());
  EXPECT_EQ(orphan.error().to_string(), "g.mir:8: constant \"many\" is not in the sidecar .npz; is the file missing?");
}

class Golden : public ::testing::TestWithParam<const char*> {};

/// The stored file is what printing gives, byte for byte, and reads back as the graph it was printed from.
TEST_P(Golden, StaysAsItIs) {
  const std::string name = GetParam();
  const DType type = name == "small_int8" ? DType::i8 : DType::f32;
  const Graph graph = random_graph(type == DType::i8 ? 11 : 14, {.type = type, .layers = 5});
  const std::string text = to_text(graph, nullptr);
  const std::filesystem::path path = std::filesystem::path(MOTE_TEST_SOURCE_DIR) / "tests/ir" / (name + ".mir");
  if (std::getenv("MOTE_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_text(path, text).ok());
  }
  const auto stored = read_text(path);
  ASSERT_TRUE(stored.ok()) << stored.error().to_string() << "; make it with MOTE_UPDATE_GOLDEN=1";
  EXPECT_EQ(*stored, text) << "if the new text is right, rebase with MOTE_UPDATE_GOLDEN=1";
  const auto parsed = parse_graph(*stored, {}, ops::find);
  ASSERT_TRUE(parsed.ok()) << parsed.error().to_string();
  expect_same(graph, *parsed, name);
}
INSTANTIATE_TEST_SUITE_P(Text, Golden, ::testing::Values("small_int8", "small_float"));

struct BadText {
  const char* text;
  const char* message;
};

TEST(Text, SaysWhatIsWrongAndWhere) {
  const std::string head = "mir 1 \"g\"\ntensor \"x\" f32 2\ntensor \"y\" f32 2\ninputs (\"x\")\n";
  const BadText cases[] = {
      {"tensor \"z\" f99 2", "x.mir:5: unknown element type \"f99\""},
      {"tensor \"z\" f32 2x0", "x.mir:5: a dimension is 0; it must be at least 1"},
      {"tensor \"z\" f32 99999x99999", "x.mir:5: more than 2^31 elements"},
      {"tensor \"z\" f32 2 = [1]", "x.mir:5: has 1 values, its shape 2 needs 2"},
      {"tensor \"z\" i8 1 = [128]", "x.mir:5: '128' is not a number that fits here"},
      {"tensor \"z\" i8 1 = [1", "x.mir:5: expected a number or ']' at the end of the line"},
      {"tensor \"z", "x.mir:5: a name's closing quote is missing"},
      {"tensor \"x\" f32 2", "x.mir:5: tensor \"x\" stands twice"},
      {"tensor \"z\" f32 2 = @nowhere",
       "x.mir:5: constant \"nowhere\" is not in the sidecar .npz; is the file missing?"},
      {"node \"n\" fly (\"x\") -> (\"y\")", "x.mir:5: there is no operator 'fly'; `mote ops` lists them"},
      {"node \"n\" relu (\"q\") -> (\"y\")", "x.mir:5: tensor \"q\" is not declared above"},
      {"node \"n\" relu (\"x\") -> (\"y\") a=1 a=2", "x.mir:5: attribute a stands twice"},
      {"node \"n\" relu (\"x\") -> (\"y\") a", "x.mir:5: expected '=' at the end of the line"},
      {"hello", "x.mir:5: expected tensor, node, inputs or outputs, found 'hello'"},
      {"outputs (\"y\") more", "x.mir:5: unexpected text before 'more'"},
      {"outputs (\"y\")", "x.mir: model output \"y\" is never computed"},
  };
  for (const BadText& bad : cases) {
    const auto result = parse_graph(head + bad.text + "\n", {}, ops::find, "x.mir");
    ASSERT_FALSE(result.ok()) << bad.text;
    EXPECT_EQ(result.error().to_string(), bad.message);
    EXPECT_EQ(result.error().code, Code::BadInput);
  }
  EXPECT_EQ(parse_graph("", {}, ops::find, "x.mir").error().to_string(),
            "x.mir: is empty; a .mir file starts with \"mir 1\"");
  EXPECT_EQ(parse_graph("mir 2 \"g\"\n", {}, ops::find, "x.mir").error().to_string(),
            "x.mir:1: text form version 2; this mote reads version 1");
}

TEST(Text, CommentsAndBlankLinesAreIgnored) {
  const auto parsed = parse_graph(
      "# made by hand\r\n\nmir 1 \"g\"\n  tensor \"x\" f32 2\ntensor \"y\" f32 2\r\ninputs ( \"x\" )\n\n"
      "node \"n\" relu (\"x\")->(\"y\")\noutputs (\"y\")",
      {}, ops::find);
  EXPECT_TRUE(parsed.ok()) << parsed.error().to_string();
}

/// Cut, overwritten and shuffled texts give a graph or an error, never a crash (run under the sanitizers too).
TEST(Text, SurvivesBrokenText) {
  testing::Random random(1);
  int errors = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::string text =
        to_text(random_graph(seed % 20, {.type = seed % 2 == 0 ? DType::i8 : DType::f32, .layers = 3}), nullptr);
    static constexpr std::string_view kBytes = "\"()[]=@,-#x 0123456789e.\n\\\xff";
    for (int i = random.integer(1, 4); i > 0 && !text.empty(); --i) {
      const auto at = static_cast<std::size_t>(random.integer(0, static_cast<std::int32_t>(text.size()) - 1));
      switch (random.integer(0, 3)) {
        case 0:
          text.resize(at + 1);
          break;
        case 1:
          text.erase(at, static_cast<std::size_t>(random.integer(1, 30)));
          break;
        case 2:
          text.insert(at, text.substr(static_cast<std::size_t>(random.integer(0, static_cast<std::int32_t>(at))), 40));
          break;
        default:
          text[at] = kBytes[static_cast<std::size_t>(random.integer(0, static_cast<std::int32_t>(kBytes.size()) - 1))];
      }
    }
    const auto result = parse_graph(text, {}, ops::find);
    errors += result.ok() ? 0 : 1;
    if (!result.ok()) {
      ASSERT_EQ(result.error().to_string().find('\n'), std::string::npos);
    }
  }
  EXPECT_GT(errors, 1000);
}

}  // namespace
}  // namespace mote
