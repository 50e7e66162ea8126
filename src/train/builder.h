// Writes a float Graph node by node: the recipes' pencil. Weights start as He et al. (2015) say, from a seeded stream.
// Where it stands: src/train/network.cpp and networks.cpp use it; the result is an ordinary Graph, as an importer would
// make it.
#pragma once

#include <string>
#include <string_view>

#include "data/random.h"
#include "ir/graph.h"

namespace mote {

enum class Padding : std::uint8_t { valid, same };  ///< same: output = ceil(input / stride), as TensorFlow places it

struct ConvSpec {
  std::int32_t filters = 0;  ///< output channels; depthwise: multiplier
  std::int32_t kernel_h = 1, kernel_w = 1;
  std::int32_t stride_h = 1, stride_w = 1;
  std::int32_t dilation_h = 1, dilation_w = 1;
  Padding padding = Padding::same;
  bool bias = true;  ///< false before a batch_norm, which has its own
};

/// The methods append a node and return its output tensor. Sizes must fit (programmer's error); network.cpp checks what
/// people write.
class GraphBuilder {
 public:
  GraphBuilder(std::string name, std::uint64_t seed);

  TensorId input(std::string_view name, Shape shape);
  TensorId conv2d(std::string_view name, TensorId x, const ConvSpec& spec);
  TensorId depthwise_conv2d(std::string_view name, TensorId x, const ConvSpec& spec);
  TensorId fully_connected(std::string_view name, TensorId x, std::int32_t units);
  TensorId batch_norm(std::string_view name, TensorId x);
  TensorId add(std::string_view name, TensorId a, TensorId b);
  /// [1, 1]: the mean of (a - b)^2.
  TensorId squared_error(std::string_view name, TensorId a, TensorId b);
  /// Gated recurrent units over the rows of x [1, T, W, C], W and C together: [1, units], the last state, or all of
  /// them [1, T, 1, units].
  TensorId gru(std::string_view name, TensorId x, std::int32_t units, bool sequence);
  /// Stride 0: as the filter.
  TensorId pool(std::string_view op, std::string_view name, TensorId x, std::int32_t filter_h, std::int32_t filter_w,
                std::int32_t stride_h, std::int32_t stride_w, Padding padding);
  TensorId global_average_pool(std::string_view name, TensorId x);
  /// To [1, elements].
  TensorId flatten(std::string_view name, TensorId x);
  TensorId reshape(std::string_view name, TensorId x, const Shape& shape);
  /// An operator with one input and no attributes but `attrs`; the output has x's shape.
  TensorId unary(std::string_view op, std::string_view name, TensorId x, const Attributes& attrs = {});
  TensorId softmax(std::string_view name, TensorId x);
  /// Any operator with one input; its output's shape is the operator's own inference, whose errors are returned.
  Result<TensorId> apply(std::string_view op, std::string_view name, TensorId x, const Attributes& attrs);

  const Shape& shape(TensorId id) const { return graph_.tensor(id).shape; }
  /// Ends the graph with this output.
  Graph finish(TensorId output) &&;

 private:
  TensorId constant(const std::string& name, Shape shape, std::vector<float> values);
  TensorId weights(const std::string& name, Shape shape, std::int64_t fan_in);
  TensorId node(std::string_view op, std::string_view name, std::vector<TensorId> inputs, Attributes attrs,
                Shape shape);
  std::string unique(std::string_view name) const;

  Graph graph_;
  std::uint64_t seed_;
};

}  // namespace mote
