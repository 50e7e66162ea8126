// See quantize.h. First every tensor that int8 nodes touch gets its quantisation: tensors that a QuantRule ties
// together form one group (union-find). Then the graph is built anew, node by node, with a quantize or dequantize node
// wherever the int8 and the float version of a tensor are both needed.
#include "passes/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "ir/verify.h"
#include "ops/ops.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

/// Whether the node becomes an int8 node.
bool has_int8_form(const Graph& graph, const Node& node) {
  if (node.op->quant == QuantRule::none) return false;
  if (node.op->weight_input >= 0 && !is_float_weighted(graph, node)) return false;
  const auto is_float = [&](TensorId id) { return id == kNoTensor || graph.tensor(id).type == DType::f32; };
  return std::all_of(node.inputs.begin(), node.inputs.end(), is_float) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), is_float);
}

bool is_weight_or_bias(const OpDef& op, std::size_t input) {
  return static_cast<int>(input) == op.weight_input || static_cast<int>(input) == op.bias_input;
}

/// Quantisations of activations, found group by group.
class Groups {
 public:
  explicit Groups(const Graph& graph) : graph_(graph), parent_(graph.tensors.size()), fixed_(graph.tensors.size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  /// Ties tensors together and notes fixed quantisations as the node's rule says.
  void apply_rule(const Node& node) {
    const OpDef& op = *node.op;
    for (const TensorId out : node.outputs) {
      const auto o = static_cast<std::size_t>(out);
      if (op.quant == QuantRule::softmax) fixed_[o] = Quantization{{1.0F / 256.0F}, {-128}, 0};
      if (op.quant == QuantRule::tanh) fixed_[o] = Quantization{{1.0F / 128.0F}, {0}, 0};
      if (op.quant == QuantRule::same_as_input) unite(out, node.inputs[0]);
      if (op.quant != QuantRule::same_for_all) continue;
      for (std::size_t i = 0; i < node.inputs.size(); ++i)
        if (node.inputs[i] != kNoTensor && !is_weight_or_bias(op, i)) unite(out, node.inputs[i]);
    }
  }

  /// After all rules: a fixed quantisation, or one from the union of the group's ranges.
  Result<Quantization> quantization(TensorId id, const Calibration& calibration) {
    std::optional<Quantization> fixed;
    std::optional<Range> range;
    const std::size_t group = root(static_cast<std::size_t>(id));
    for (std::size_t t = 0; t < parent_.size(); ++t) {
      if (root(t) != group) continue;
      if (fixed_[t]) {
        if (fixed && *fixed != *fixed_[t])
          return unsupported("two fixed quantisations meet here", fmt::format("tensor \"{}\"", graph_.tensor(id).name));
        fixed = fixed_[t];
      }
      const auto seen = range_of(graph_.tensors[t], calibration);
      if (seen) range = range ? Range{std::min(range->min, seen->min), std::max(range->max, seen->max)} : *seen;
    }
    if (fixed) return *fixed;
    if (!range)
      return bad_input("has no calibrated range; calibrate with the graph that is quantised",
                       fmt::format("tensor \"{}\"", graph_.tensor(id).name));
    return activation_quantization(*range);
  }

 private:
  std::size_t root(std::size_t t) {
    while (parent_[t] != t) t = parent_[t] = parent_[parent_[t]];
    return t;
  }
  void unite(TensorId a, TensorId b) { parent_[root(static_cast<std::size_t>(a))] = root(static_cast<std::size_t>(b)); }

  static std::optional<Range> range_of(const Tensor& tensor, const Calibration& calibration) {
    if (tensor.is_constant() && tensor.type == DType::f32) {
      const auto values = tensor.constant<float>();
      const auto [low, high] = std::minmax_element(values.begin(), values.end());
      return Range{*low, *high};
    }
    const auto found = calibration.ranges.find(tensor.name);
    return found == calibration.ranges.end() ? std::nullopt : std::optional<Range>(found->second);
  }

  const Graph& graph_;
  std::vector<std::size_t> parent_;
  std::vector<std::optional<Quantization>> fixed_;
};

class Quantizer {
 public:
  Quantizer(const Graph& graph, const Calibration& calibration, const QuantizeOptions& options)
      : graph_(graph),
        calibration_(calibration),
        options_(options),
        groups_(graph),
        own_(graph.tensors.size(), kNoTensor),
        int8_(graph.tensors.size(), kNoTensor),
        born_int8_(graph.tensors.size(), false) {}

  Result<Graph> run() {
    out_.name = graph_.name;
    MOTE_TRY_VOID(prepare());
    for (const TensorId id : graph_.inputs) {
      MOTE_TRY(const TensorId input, born_int8_[index(id)] ? make_int8(id) : make_own(id));
      out_.inputs.push_back(input);
    }
    for (const Node& node : graph_.nodes) {
      auto done = has_int8_form(graph_, node) ? int8_node(node) : float_node(node);
      if (!done) return std::move(done).error().at(fmt::format("node \"{}\"", node.name));
    }
    for (const TensorId id : graph_.outputs) {
      MOTE_TRY(const TensorId output, born_int8_[index(id)] && !options_.float_outputs ? as_int8(id) : as_own(id));
      out_.outputs.push_back(output);
    }
    MOTE_TRY_VOID(verify(out_, Code::Unsupported));
    return std::move(out_);
  }

 private:
  static std::size_t index(TensorId id) { return static_cast<std::size_t>(id); }

  /// Decides which tensors are int8 where they are made.
  Result<void> prepare() {
    for (const Node& node : graph_.nodes) {
      if (node.op == &ops::batch_norm)
        return unsupported(
            "batch_norm has no int8 form; run the passes on the float graph first, fold_batch_norm among them",
            fmt::format("node \"{}\"", node.name));
      if (!has_int8_form(graph_, node)) continue;
      groups_.apply_rule(node);
      for (const TensorId id : node.outputs) born_int8_[index(id)] = true;
    }
    if (options_.float_inputs) return {};
    for (const TensorId id : graph_.inputs) {
      const std::vector<int> readers = graph_.consumers(id);
      born_int8_[index(id)] = !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](int n) {
        return has_int8_form(graph_, graph_.nodes[static_cast<std::size_t>(n)]);
      });
    }
    return {};
  }

  /// The model's ports keep their names; else the version that is computed first does.
  std::string name_of(TensorId id, bool int8) const {
    const std::string& name = graph_.tensor(id).name;
    const bool float_port = options_.float_outputs && graph_.is_output(id);
    const bool int8_has_it = born_int8_[index(id)] && !float_port;
    if (int8 == int8_has_it) return name;
    return out_.unique_tensor_name(name + (int8 ? "_int8" : "_float"));
  }

  Result<TensorId> make_own(TensorId id) {
    Tensor tensor = graph_.tensor(id);
    if (tensor.type == DType::f32 && !tensor.is_constant()) tensor.name = name_of(id, false);
    return own_[index(id)] = out_.add(std::move(tensor));
  }

  Result<TensorId> make_int8(TensorId id) {
    MOTE_TRY(Quantization quant, groups_.quantization(id, calibration_));
    const Tensor& original = graph_.tensor(id);
    Tensor tensor{name_of(id, true), DType::i8, original.shape, quant, nullptr};
    if (original.is_constant()) {
      std::vector<std::int8_t> values;
      for (const float v : original.constant<float>()) values.push_back(quantize_activation(v, quant));
      tensor.data = make_data(values);
    }
    return int8_[index(id)] = out_.add(std::move(tensor));
  }

  void add_conversion(const OpDef& op, TensorId from, TensorId to) {
    const std::string name = unique_node_name(out_, fmt::format("{}_{}", op.name, out_.tensor(to).name));
    out_.nodes.push_back({&op, name, {from}, {to}, {}});
  }

  Result<TensorId> as_int8(TensorId id) {
    if (int8_[index(id)] != kNoTensor) return int8_[index(id)];
    const bool constant = graph_.tensor(id).is_constant();
    MOTE_TRY(const TensorId made, make_int8(id));
    if (!constant) add_conversion(ops::quantize, own_[index(id)], made);
    return made;
  }

  Result<TensorId> as_own(TensorId id) {
    if (own_[index(id)] != kNoTensor) return own_[index(id)];
    MOTE_TRY(const TensorId made, make_own(id));
    if (!graph_.tensor(id).is_constant()) add_conversion(ops::dequantize, int8_[index(id)], made);
    return made;
  }

  Result<void> float_node(const Node& node) {
    Node copy = node;
    for (TensorId& id : copy.inputs) {
      if (id == kNoTensor) continue;
      MOTE_TRY(id, as_own(id));
    }
    for (TensorId& id : copy.outputs) {
      MOTE_TRY(id, make_own(id));
    }
    out_.nodes.push_back(std::move(copy));
    return {};
  }

  Result<void> int8_node(const Node& node) {
    Node copy = node;
    for (std::size_t i = 0; i < copy.inputs.size(); ++i) {
      if (copy.inputs[i] == kNoTensor || is_weight_or_bias(*node.op, i)) continue;
      MOTE_TRY(copy.inputs[i], as_int8(copy.inputs[i]));
    }
    for (TensorId& id : copy.outputs) {
      MOTE_TRY(id, make_int8(id));
    }
    if (node.op->weight_input >= 0) add_weights(node, copy);
    out_.nodes.push_back(std::move(copy));
    return {};
  }

  /// Weights and bias of `node` as int8 and int32 constants for `copy`, whose activations are in place.
  void add_weights(const Node& node, Node& copy) {
    const Tensor& weights = *input_or_null(graph_, node, node.op->weight_input);
    const Tensor* bias = input_or_null(graph_, node, node.op->bias_input);
    const float in_scale = out_.tensor(copy.inputs[0]).quant.scale[0];
    const float out_scale = out_.tensor(copy.outputs[0]).quant.scale[0];
    const ChannelIndex channel = channel_index(weights.shape, node.op->weight_axis);
    const auto values = weights.constant<float>();
    std::vector<std::vector<float>> by_channel(channel.channels);
    for (std::size_t i = 0; i < values.size(); ++i) by_channel[channel(i)].push_back(values[i]);

    Tensor w{out_.unique_tensor_name(weights.name), DType::i8, weights.shape, {}, nullptr};
    w.quant.axis = channel.channels > 1 ? node.op->weight_axis : 0;
    w.quant.zero_point.assign(channel.channels, 0);
    for (std::size_t c = 0; c < channel.channels; ++c)
      w.quant.scale.push_back(
          weight_scale(by_channel[c], bias != nullptr ? bias->constant<float>()[c] : 0.0F, in_scale, out_scale));
    std::vector<std::int8_t> quantized(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      quantized[i] = quantize_weight(values[i], w.quant.scale[channel(i)]);
    w.data = make_data(quantized);
    const std::vector<float> scales = w.quant.scale;
    copy.inputs[static_cast<std::size_t>(node.op->weight_input)] = out_.add(std::move(w));
    if (bias == nullptr) return;

    Tensor b{out_.unique_tensor_name(bias->name), DType::i32, bias->shape, {}, nullptr};
    b.quant.zero_point.assign(channel.channels, 0);
    std::vector<std::int32_t> rounded(channel.channels);
    for (std::size_t c = 0; c < channel.channels; ++c) {
      b.quant.scale.push_back(in_scale * scales[c]);
      // Below 2^29 by the choice of the weights' scale.
      rounded[c] = static_cast<std::int32_t>(
          std::lround(double{bias->constant<float>()[c]} / (double{in_scale} * double{scales[c]})));
    }
    b.data = make_data(rounded);
    copy.inputs[static_cast<std::size_t>(node.op->bias_input)] = out_.add(std::move(b));
  }

  const Graph& graph_;
  const Calibration& calibration_;
  QuantizeOptions options_;
  Groups groups_;
  Graph out_;
  std::vector<TensorId> own_;    ///< of each tensor the version of its own type in out_, once there is one
  std::vector<TensorId> int8_;   ///< likewise the int8 version
  std::vector<bool> born_int8_;  ///< the int8 version is computed, the other derived from it
};

}  // namespace

Result<Graph> quantize(const Graph& float_graph, const Calibration& calibration, const QuantizeOptions& options) {
  return Quantizer(float_graph, calibration, options).run();
}

}  // namespace mote::passes
