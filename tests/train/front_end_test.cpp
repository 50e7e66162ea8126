// Networks with a front end: LibTorch against the reference, and the whole way from sounds to an int8 model whose input
// is int16.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/random.h"
#include "ops/execute.h"
#include "train/builder.h"
#include "train/lower.h"
#include "train/network.h"

namespace mote {
namespace {

Result<Graph> network(const FrontEndSpec& front_end) {
  NetworkSpec spec;
  spec.type = "ds_cnn";
  spec.channels = {8, 8};
  return build_network("net", spec, {{2000, 1}, 3, front_end, 8000}, 5);
}

std::vector<float> noise(std::size_t count, double deviation) {
  std::vector<float> values(count);
  Random random(9);
  for (float& v : values) v = static_cast<float>(deviation * random.normal());
  return values;
}

TEST(FrontEnd, TorchAgreesWithTheReference) {
  for (const char* normalise : {"none", "rows", "all"})
    for (const bool deviation : {false, true}) {
      FrontEndSpec spec;
      spec.type = "log_mel";
      spec.window = 200;  // fft 256
      spec.stride = 100;
      spec.bands = 20;
      spec.normalise = normalise;
      spec.deviation = deviation;
      const auto graph = network(spec);
      ASSERT_TRUE(graph.ok()) << graph.error().to_string();
      const std::vector<float> signal = noise(2000, 0.1);
      const auto torch = run_with_torch(*graph, {signal});
      ASSERT_TRUE(torch.ok()) << torch.error().to_string();
      Executor executor(*graph);
      const Bytes bytes =
          executor.run({{reinterpret_cast<const std::uint8_t*>(signal.data()), signal.size() * sizeof(float)}})[0];
      for (std::size_t i = 0; i < 3; ++i)
        EXPECT_NEAR((*torch)[0][i], reinterpret_cast<const float*>(bytes.data())[i], 1e-5F) << normalise;
    }
}

/// Largest difference between LibTorch and the reference, against the largest value.
double difference(const Graph& graph, const std::vector<float>& signal) {
  const auto torch = run_with_torch(graph, {signal});
  if (!torch.ok()) return 1e9;
  Executor executor(graph);
  const Bytes bytes =
      executor.run({{reinterpret_cast<const std::uint8_t*>(signal.data()), signal.size() * sizeof(float)}})[0];
  double most = 0;
  double largest = 0;
  for (std::size_t i = 0; i < (*torch)[0].size(); ++i) {
    const auto reference = static_cast<double>(reinterpret_cast<const float*>(bytes.data())[i]);
    most = std::max(most, std::fabs(static_cast<double>((*torch)[0][i]) - reference));
    largest = std::max(largest, std::fabs(reference));
  }
  return largest > 0 ? most / largest : 1e9;
}

TEST(FrontEnd, SpectraWithoutLogarithm) {
  for (const char* type : {"power_spectrum", "band_powers"}) {
    FrontEndSpec spec;
    spec.type = type;
    spec.window = 200;  // fft 256
    spec.stride = 100;
    spec.bands = 20;
    const auto graph = network(spec);
    ASSERT_TRUE(graph.ok()) << graph.error().to_string();
    EXPECT_LT(difference(*graph, noise(2000, 0.1)), 1e-5) << type;
  }
}

/// The operators one by one: frame, taper, rfft.
TEST(FrontEnd, TaperAndRfftAgree) {
  for (const char* window : {"hann", "hamming", "blackman"}) {
    GraphBuilder builder("spectrum", 1);
    Attributes cut, taper, fft;
    cut.set("window", std::int64_t{50});
    cut.set("stride", std::int64_t{30});
    cut.set("taper", std::string("none"));
    taper.set("window", std::string(window));
    fft.set("fft", std::int64_t{64});
    auto x = builder.apply("frame", "frame", builder.input("input", {1, 200, 1, 1}), cut);
    ASSERT_TRUE(x.ok()) << x.error().to_string();
    x = builder.apply("taper", "taper", *x, taper);
    ASSERT_TRUE(x.ok()) << x.error().to_string();
    x = builder.apply("rfft", "rfft", *x, fft);
    ASSERT_TRUE(x.ok()) << x.error().to_string();
    EXPECT_EQ(builder.shape(*x), (Shape{1, 6, 33, 2}));
    EXPECT_LT(difference(std::move(builder).finish(*x), noise(200, 0.1)), 1e-5) << window;
  }
}

TEST(FrontEnd, RefusesWhatDoesNotFit) {
  FrontEndSpec spec;
  spec.type = "log_mel";
  spec.window = 64;
  spec.bands = 200;
  auto graph = network(spec);
  ASSERT_FALSE(graph.ok());
  EXPECT_NE(graph.error().to_string().find("narrower"), std::string::npos) << graph.error().to_string();
  spec.bands = 8;
  spec.window = 4000;
  graph = network(spec);
  ASSERT_FALSE(graph.ok());
  EXPECT_NE(graph.error().to_string().find("shorter"), std::string::npos) << graph.error().to_string();
}

}  // namespace
}  // namespace mote
