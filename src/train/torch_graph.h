// A float Graph that LibTorch runs and differentiates: the trainer has no second description of a network.
// Where it stands: private to src/train (it shows LibTorch types). lower_*.cpp hold one lowering an operator; tensors
// keep Mote's layout (N,H,W,C), and a convolution sees them as NCHW by a view whose memory is "channels last", so that
// nothing is copied.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace mote {

/// What a lowering sees of its node. Inputs that are absent are undefined tensors.
struct LowerContext {
  const Graph& graph;
  const Node& node;
  std::span<const at::Tensor> inputs;
  std::int64_t batch = 1;  ///< examples at once; the graph itself is written for 1
  bool training = false;   ///< batch_norm: statistics of the batch, and update of the running ones
};
using Lowering = at::Tensor (*)(const LowerContext&);

/// The lowering of an operator, or null.
Lowering find_lowering(std::string_view op);

// Lowerings, by file. Activations that are attributes are applied by lower_activation.
at::Tensor lower_activation(const at::Tensor& x, const std::string& activation);
at::Tensor lower_conv2d(const LowerContext& context);
at::Tensor lower_depthwise_conv2d(const LowerContext& context);
at::Tensor lower_fully_connected(const LowerContext& context);
at::Tensor lower_batch_norm(const LowerContext& context);
at::Tensor lower_average_pool2d(const LowerContext& context);
at::Tensor lower_max_pool2d(const LowerContext& context);
at::Tensor lower_add(const LowerContext& context);
at::Tensor lower_squared_error(const LowerContext& context);
at::Tensor lower_gru(const LowerContext& context);
at::Tensor lower_relu(const LowerContext& context);
at::Tensor lower_relu6(const LowerContext& context);
at::Tensor lower_softmax(const LowerContext& context);
at::Tensor lower_reshape(const LowerContext& context);
at::Tensor lower_transpose(const LowerContext& context);
at::Tensor lower_log_mel(const LowerContext& context);
at::Tensor lower_normalise(const LowerContext& context);
at::Tensor lower_biquad(const LowerContext& context);
at::Tensor lower_envelope(const LowerContext& context);
at::Tensor lower_frame(const LowerContext& context);
at::Tensor lower_mfcc(const LowerContext& context);
at::Tensor lower_resize_image(const LowerContext& context);
at::Tensor lower_sliding_stats(const LowerContext& context);
at::Tensor lower_band_powers(const LowerContext& context);
at::Tensor lower_power_spectrum(const LowerContext& context);
at::Tensor lower_rfft(const LowerContext& context);
at::Tensor lower_taper(const LowerContext& context);
at::Tensor lower_pad(const LowerContext& context);
at::Tensor lower_concat(const LowerContext& context);
at::Tensor lower_slice(const LowerContext& context);

/// Steps in between, for quantisation-aware training, pruning masks, dropout and exact evaluation; each may be empty.
struct GraphHooks {
  /// Replaces a constant (weights, biases) before a node uses it as input number `operand`.
  std::function<at::Tensor(const Node& node, int operand, const at::Tensor& value)> constant;
  /// Replaces the value of an activation (or graph input) after it was computed.
  std::function<at::Tensor(TensorId id, const at::Tensor& value)> activation;
  /// Computes a node in its own way; undefined: the operator's lowering does.
  std::function<at::Tensor(const Node& node, std::span<const at::Tensor> operands)> node;
};

class TorchGraph {
 public:
  /// Keeps a copy of the graph. Unsupported names a node that has no lowering, a tensor that is not float, or, when
  /// `batched`, a node that does not leave the leading 1 of its tensors alone, so that several examples cannot go
  /// through at once.
  static Result<TorchGraph> create(Graph graph, bool batched = true);

  /// `inputs[i]` is [batch, shape of graph input i without its leading 1]. Returns the graph's outputs, batch first.
  /// `until`: stops behind this tensor and returns it alone (logits without the softmax); kNoTensor: the outputs.
  /// `from`: `inputs` is this tensor's value alone, and what comes before it is left out; all that the rest of the
  /// graph reads must come after it. kNoTensor: the graph's inputs.
  std::vector<at::Tensor> forward(const std::vector<at::Tensor>& inputs, bool training, const GraphHooks& hooks = {},
                                  TensorId until = kNoTensor, TensorId from = kNoTensor);

  /// Constants that learn: weights, biases, gamma, beta. In the graph's order; the tensors share memory with the
  /// graph's run.
  struct Parameter {
    TensorId id = kNoTensor;
    at::Tensor value;
    bool decays = false;  ///< weights: weight decay applies; not to biases, gamma, beta
  };
  const std::vector<Parameter>& parameters() const { return parameters_; }
  /// Parameters and running statistics as they are in the run, without a copy; `state` copies them.
  std::vector<at::Tensor> values() const;
  /// Parameters and running statistics, for saving and restoring a state.
  std::vector<at::Tensor> state() const;
  void restore(const std::vector<at::Tensor>& state);

  const Graph& graph() const { return graph_; }
  /// The graph with the present values of parameters and running statistics.
  Graph write_back() const;

 private:
  Graph graph_;
  std::vector<at::Tensor> constants_;  ///< per tensor; undefined for activations
  std::vector<Parameter> parameters_;
  std::vector<TensorId> statistics_;  ///< running means and variances
};

}  // namespace mote
