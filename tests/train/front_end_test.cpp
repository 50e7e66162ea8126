// Networks with a front end: LibTorch against the reference, and the whole way from sounds to an int8 model whose input
// is int16.
#include <gtest/gtest.h>

#include <cmath>

#include "data/random.h"
#include "ops/execute.h"
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
