// See networks.h. One function a network.
#include "train/networks.h"

#include <algorithm>
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

TensorId dense_head(GraphBuilder& b, TensorId x, const NetworkIo& io) {
  return b.fully_connected("classes", b.flatten("flatten", b.global_average_pool("mean", x)), io.outputs);
}

/// Series: strided convolutions over time, then the mean over what is left of it.
Result<TensorId> cnn1d(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  const auto channels = channels_of(spec, {16, 24, 32, 48});
  const std::int32_t kernel = spec.kernel == 0 ? 5 : spec.kernel;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::int32_t stride = b.shape(x)[1] > 8 ? 2 : 1;
    x = conv_block(b, "conv_" + std::to_string(i + 1), x,
                   {.filters = channels[i], .kernel_h = kernel, .stride_h = stride});
  }
  return dense_head(b, x, io);
}

/// The same with depthwise separable blocks behind the first convolution: fewer weights, more instructions a weight.
Result<TensorId> separable1d(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  const auto channels = channels_of(spec, {16, 32, 48, 64});
  const std::int32_t kernel = spec.kernel == 0 ? 5 : spec.kernel;
  x = conv_block(b, "conv_1", x, {.filters = channels[0], .kernel_h = kernel, .stride_h = 2});
  for (std::size_t i = 1; i < channels.size(); ++i) {
    const std::int32_t stride = b.shape(x)[1] > 8 ? 2 : 1;
    x = separable_block(b, "block_" + std::to_string(i + 1), x, channels[i], {.kernel_h = kernel, .stride_h = stride});
  }
  return dense_head(b, x, io);
}

/// Zhang, Suda, Lai, Chandra, "Hello Edge: Keyword Spotting on Microcontrollers" (2017): a wide first convolution,
/// separable 3x3 blocks.
Result<TensorId> ds_cnn(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  const auto channels = channels_of(spec, {64, 64, 64, 64, 64});
  const Shape in = b.shape(x);
  x = conv_block(b, "conv_1", x,
                 {.filters = channels[0],
                  .kernel_h = std::min(10, in[1]),
                  .kernel_w = std::min(4, in[2]),
                  .stride_h = 2,
                  .stride_w = in[2] > 1 ? 2 : 1});
  for (std::size_t i = 1; i < channels.size(); ++i)
    x = separable_block(b, "block_" + std::to_string(i + 1), x, channels[i],
                        {.kernel_h = 3, .kernel_w = std::min(3, in[2])});
  return dense_head(b, x, io);
}

/// Howard et al., "MobileNets" (2017), with as many halvings as the input allows. `width` 0.25 is MLPerf Tiny's.
Result<TensorId> mobilenet_v1(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  const auto channels = channels_of(spec, {32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024});
  constexpr std::array kHalves = {true,  false, true,  false, true,  false, true,
                                  false, false, false, false, false, true,  false};
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::int32_t stride = i < kHalves.size() && kHalves[i] && std::min(b.shape(x)[1], b.shape(x)[2]) > 3 ? 2 : 1;
    const std::string name = "block_" + std::to_string(i);
    const ConvSpec window{.filters = channels[i], .kernel_h = 3, .kernel_w = 3, .stride_h = stride, .stride_w = stride};
    x = i == 0 ? conv_block(b, "conv_1", x, window) : separable_block(b, name, x, channels[i], window);
  }
  return dense_head(b, x, io);
}

/// He et al., "Deep Residual Learning" (2015), three stacks of one block as in MLPerf Tiny's image classification
/// model.
Result<TensorId> resnet8(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  const auto channels = channels_of(spec, {16, 32, 64});
  x = conv_block(b, "conv_1", x, {.filters = channels[0], .kernel_h = 3, .kernel_w = 3});
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::int32_t stride = i == 0 ? 1 : 2;
    const std::string name = "stack_" + std::to_string(i + 1);
    const TensorId first =
        conv_block(b, name + "_a", x,
                   {.filters = channels[i], .kernel_h = 3, .kernel_w = 3, .stride_h = stride, .stride_w = stride});
    const TensorId second = b.batch_norm(
        name + "_b_norm",
        b.conv2d(name + "_b", first, {.filters = channels[i], .kernel_h = 3, .kernel_w = 3, .bias = false}));
    if (stride != 1 || b.shape(x)[3] != channels[i])
      x = b.conv2d(name + "_skip", x, {.filters = channels[i], .stride_h = stride, .stride_w = stride});
    x = b.unary("relu", name + "_relu", b.add(name + "_add", second, x));
  }
  return dense_head(b, x, io);
}

/// Dense layers alone.
Result<TensorId> mlp(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  x = b.flatten("flatten", x);
  const auto channels = channels_of(spec, {64, 32});
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string name = "dense_" + std::to_string(i + 1);
    x = b.unary("relu", name + "_relu", b.fully_connected(name, x, channels[i]));
  }
  return b.fully_connected("classes", x, io.outputs);
}

}  // namespace

std::span<const NamedNetwork> named_networks() {
  static const std::array kNetworks = {
      NamedNetwork{"cnn1d", "series: convolutions over time, mean, dense", cnn1d, {{100, 6}, {31, 1}, {7, 3}}},
      NamedNetwork{"separable1d",
                   "series: depthwise separable convolutions over time, mean, dense",
                   separable1d,
                   {{100, 6}, {7, 3}}},
      NamedNetwork{"ds_cnn", "spectrograms: Zhang et al. 2017", ds_cnn, {{49, 10, 1}, {32, 40, 1}, {5, 3, 2}, {60, 3}}},
      NamedNetwork{
          "mobilenet_v1", "images: Howard et al. 2017; width 0.25 is usual", mobilenet_v1, {{32, 32, 3}, {28, 28, 1}}},
      NamedNetwork{"resnet8", "small images: He et al. 2015, as in MLPerf Tiny", resnet8, {{32, 32, 3}, {28, 28, 1}}},
      NamedNetwork{"mlp", "dense layers", mlp, {{20, 2}, {8, 8, 1}}},
  };
  return kNetworks;
}

}  // namespace mote
