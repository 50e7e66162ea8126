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

/// An inverted residual: widened, filtered in depth, narrowed without an activation; added to its input where it can
/// be.
TensorId inverted_residual(GraphBuilder& b, const std::string& name, TensorId x, std::int32_t widen,
                           std::int32_t filters, std::int32_t stride) {
  const Shape in = b.shape(x);
  const auto relu6 = [&](const std::string& part, TensorId y) {
    return b.unary("relu6", name + part + "_relu6", b.batch_norm(name + part + "_norm", y));
  };
  TensorId y = x;
  if (widen > 1) y = relu6("_widen", b.conv2d(name + "_widen", y, {.filters = widen * in[3], .bias = false}));
  const ConvSpec window{
      .filters = 1, .kernel_h = 3, .kernel_w = 3, .stride_h = stride, .stride_w = stride, .bias = false};
  y = relu6("_depthwise", b.depthwise_conv2d(name + "_depthwise", y, window));
  y = b.batch_norm(name + "_narrow_norm", b.conv2d(name + "_narrow", y, {.filters = filters, .bias = false}));
  return stride == 1 && in[3] == filters ? b.add(name + "_add", x, y) : y;
}

/// Sandler et al., "MobileNetV2" (2018), with as many halvings as the input allows. `channels`: the first convolution,
/// the seven stages, the last convolution.
Result<TensorId> mobilenet_v2(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  struct Stage {
    std::int32_t widen, repeat, stride;
  };
  constexpr std::array<Stage, 7> kStages = {
      {{1, 1, 1}, {6, 2, 2}, {6, 3, 2}, {6, 4, 2}, {6, 3, 1}, {6, 3, 2}, {6, 1, 1}}};
  const auto channels = channels_of(spec, {32, 16, 24, 32, 64, 96, 160, 320, 1280});
  if (channels.size() != kStages.size() + 2)
    return bad_input("mobilenet_v2 takes nine numbers of channels, or none", "network.channels");
  const auto halves = [&](TensorId at) { return std::min(b.shape(at)[1], b.shape(at)[2]) > 3 ? 2 : 1; };
  const auto relu6 = [&](const std::string& name, TensorId y) {
    return b.unary("relu6", name + "_relu6", b.batch_norm(name + "_norm", y));
  };
  const std::int32_t first = halves(x);
  x = relu6(
      "conv_1",
      b.conv2d(
          "conv_1", x,
          {.filters = channels[0], .kernel_h = 3, .kernel_w = 3, .stride_h = first, .stride_w = first, .bias = false}));
  for (std::size_t i = 0; i < kStages.size(); ++i)
    for (std::int32_t n = 0; n < kStages[i].repeat; ++n) {
      const std::int32_t stride = n == 0 && kStages[i].stride == 2 ? halves(x) : 1;
      x = inverted_residual(b, "stage_" + std::to_string(i + 1) + "_" + std::to_string(n + 1), x, kStages[i].widen,
                            channels[i + 1], stride);
    }
  x = relu6("conv_2", b.conv2d("conv_2", x, {.filters = channels.back(), .bias = false}));
  return dense_head(b, x, io);
}

/// Bai, Kolter, Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for Sequence Modeling"
/// (2018): residual pairs of dilated convolutions, the dilation doubling. Not causal, since the whole window is there.
Result<TensorId> tcn(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  const auto channels = channels_of(spec, {16, 16, 24, 24});
  const std::int32_t kernel = spec.kernel == 0 ? 3 : spec.kernel;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string name = "block_" + std::to_string(i + 1);
    const ConvSpec window{
        .filters = channels[i], .kernel_h = kernel, .dilation_h = 1 << std::min<std::size_t>(i, 20), .bias = false};
    const TensorId first = conv_block(b, name + "_a", x, window);
    const TensorId second = b.batch_norm(name + "_b_norm", b.conv2d(name + "_b", first, window));
    if (b.shape(x)[3] != channels[i]) x = b.conv2d(name + "_skip", x, {.filters = channels[i]});
    x = b.unary("relu", name + "_relu", b.add(name + "_add", second, x));
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

/// Dense layers that narrow and widen again, each with batch norm, as the autoencoder of MLPerf Tiny's anomaly
/// detection (Koizumi et al., "ToyADMOS", 2019, has the same form). `channels`: from the input to the narrowest layer;
/// the way back mirrors it. With `kernel`, convolutions of stride 2 over time come first, one for each layer but the
/// narrowest.
Result<TensorId> autoencoder(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo&) {
  const auto channels = channels_of(spec, {64, 32, 8});
  const auto elements = static_cast<std::int32_t>(element_count(b.shape(x)));
  const auto dense = [&](const std::string& name, TensorId y, std::int32_t units) {
    return b.unary("relu", name + "_relu", b.batch_norm(name + "_norm", b.fully_connected(name, y, units)));
  };
  if (spec.kernel > 0)
    for (std::size_t i = 0; i + 1 < channels.size(); ++i) {
      const std::int32_t stride_w = b.shape(x)[2] > 8 ? 2 : 1;
      x = conv_block(b, "encode_conv_" + std::to_string(i + 1), x,
                     {.filters = std::max(4, channels[i] / 8 * 4),
                      .kernel_h = spec.kernel,
                      .kernel_w = std::min(spec.kernel, b.shape(x)[2]),
                      .stride_h = b.shape(x)[1] > 2 ? 2 : 1,
                      .stride_w = stride_w});
    }
  x = b.flatten("flatten", x);
  const std::size_t first = spec.kernel > 0 ? channels.size() - 1 : 0;
  for (std::size_t i = first; i < channels.size(); ++i) x = dense("encode_" + std::to_string(i + 1), x, channels[i]);
  for (std::size_t i = channels.size() - 1; i-- > 0;) x = dense("decode_" + std::to_string(i + 1), x, channels[i]);
  return b.fully_connected("reconstruction", x, elements);
}

/// Gated recurrent units over the rows of a series or spectrogram (Cho et al. 2014), one layer on the other; the last
/// state is classified. With `kernel`, a convolution of stride 2 over time comes first, which halves the steps.
Result<TensorId> gru(GraphBuilder& b, TensorId x, const NetworkSpec& spec, const NetworkIo& io) {
  const auto channels = channels_of(spec, {32});
  if (spec.kernel > 0)
    x = conv_block(b, "conv_1", x, {.filters = channels[0], .kernel_h = spec.kernel, .kernel_w = 1, .stride_h = 2});
  for (std::size_t i = 0; i < channels.size(); ++i)
    x = b.gru("gru_" + std::to_string(i + 1), x, channels[i], i + 1 < channels.size());
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
      NamedNetwork{
          "mobilenet_v2", "images: Sandler et al. 2018; width 0.35 is usual", mobilenet_v2, {{32, 32, 3}, {28, 28, 1}}},
      NamedNetwork{"tcn", "series: Bai et al. 2018, dilated convolutions with shortcuts", tcn, {{100, 6}, {31, 1}}},
      NamedNetwork{"resnet8", "small images: He et al. 2015, as in MLPerf Tiny", resnet8, {{32, 32, 3}, {28, 28, 1}}},
      NamedNetwork{"mlp", "dense layers", mlp, {{20, 2}, {8, 8, 1}}},
      NamedNetwork{"gru", "series, spectrograms: Cho et al. 2014, recurrent", gru, {{30, 6}, {9, 8, 1}}},
      NamedNetwork{"autoencoder",
                   "what is not normal: dense layers that narrow and widen again",
                   autoencoder,
                   {{20, 2}, {9, 16, 1}},
                   true},
  };
  return kNetworks;
}

}  // namespace mote
