// See networks.h. One function a network.
#include "train/networks.h"

#include <array>
#include <cmath>

namespace mote {
namespace {

/// Channels of each block: as written, or the default times the width, in multiples of 4 (kernels like them).
std::vector<std::int32_t> channels_of(const NetworkSpec& spec, std::vector<std::int32_t> fallback) {
  if (!spec.channels.empty()) return spec.channels;
  for (std::int32_t& c : fallback) c = std::max(4, static_cast<std::int32_t>(std::lround(c * spec.width / 4.0)) * 4);
  return fallback;
}

/// Convolution, batch norm, relu.
TensorId conv_block(GraphBuilder& b, const std::string& name, TensorId x, ConvSpec spec) {
  spec.bias = false;
  return b.unary("relu", name + "_relu", b.batch_norm(name + "_norm", b.conv2d(name, x, spec)));
}

/// Depthwise and pointwise convolution, each with batch norm and relu (Howard et al., "MobileNets", 2017).
TensorId separable_block(GraphBuilder& b, const std::string& name, TensorId x, std::int32_t filters,
                         ConvSpec depthwise) {
  depthwise.filters = 1;
  depthwise.bias = false;
  const TensorId spatial = b.depthwise_conv2d(name + "_depthwise", x, depthwise);
  const TensorId mixed = b.unary("relu", name + "_depthwise_relu", b.batch_norm(name + "_depthwise_norm", spatial));
  return conv_block(b, name + "_pointwise", mixed, {.filters = filters});
}

/// Series: a strided convolution, then separable blocks that halve the time while it is longer than 8 rows, then the
/// mean over time.
Result<TensorId> cnn1d(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  const auto channels = channels_of(spec, {16, 32, 48, 64});
  const std::int32_t kernel = spec.kernel == 0 ? 5 : spec.kernel;
  x = conv_block(b, "conv_1", x, {.filters = channels[0], .kernel_h = kernel, .stride_h = 2});
  for (std::size_t i = 1; i < channels.size(); ++i) {
    const std::int32_t stride = b.shape(x)[1] > 8 ? 2 : 1;
    x = separable_block(b, "block_" + std::to_string(i + 1), x, channels[i], {.kernel_h = kernel, .stride_h = stride});
  }
  return b.fully_connected("classes", b.flatten("flatten", b.global_average_pool("mean", x)), io.outputs);
}

}  // namespace

std::span<const NamedNetwork> named_networks() {
  static const std::array kNetworks = {
      NamedNetwork{"cnn1d",
                   "series: depthwise separable convolutions over time, mean, dense",
                   cnn1d,
                   {{100, 6}, {31, 1}, {7, 3}}},
  };
  return kNetworks;
}

}  // namespace mote
