// See quantize.h. First every node gets its precision and every tensor that integer nodes touch its quantisation:
// tensors that a QuantRule ties together form one group (union-find), for int8 and int16 apart. Then the graph is built
// anew, node by node, with a quantize or dequantize node wherever several versions of a tensor (float, int8, int16) are
// needed.
#include "passes/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include "ir/int4.h"
#include "ir/verify.h"
#include "ops/ops.h"
#include "ops/squared_error.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

/// Constant ones, in float: of a layer, or of a recurrence.
bool has_float_weights(const Graph& graph, const Node& node) {
  if (node.op->bias_input >= 0) return is_float_weighted(graph, node);
  const Tensor* weights = input_or_null(graph, node, node.op->weight_input);
  return weights != nullptr && weights->is_constant() && weights->type == DType::f32;
}

/// Whether the node becomes an integer node.
bool has_integer_form(const Graph& graph, const Node& node) {
  if (node.op->quant == QuantRule::none) return false;
  if (node.op->weight_input >= 0 && !has_float_weights(graph, node)) return false;
  const auto is_float = [&](TensorId id) { return id == kNoTensor || graph.tensor(id).type == DType::f32; };
  return std::all_of(node.inputs.begin(), node.inputs.end(), is_float) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), is_float);
}

bool is_weight_or_bias(const OpDef& op, std::size_t input) {
  return static_cast<int>(input) == op.weight_input || static_cast<int>(input) == op.bias_input;
}

/// Versions of a tensor: of its own type, int8, int16, int32 (squared errors alone).
enum Version : std::size_t { kOwn, kInt8, kInt16, kInt32, kVersions };

Version version_of(const Precision& precision) { return precision.activations == 16 ? kInt16 : kInt8; }

/// Operators on signals read int16 and make int8 or signals again, whatever the precision of the network behind them.
bool reads_signal(const Node& node, std::size_t input) {
  return input == 0 && (node.op->quant == QuantRule::signal || node.op->quant == QuantRule::signal_filter);
}
Version input_version(const Node& node, std::size_t input, const Precision& precision) {
  if (reads_signal(node, input)) return kInt16;
  return node.op->quant == QuantRule::squared_error ? kInt8 : version_of(precision);
}
Version output_version(const Node& node, const Precision& precision) {
  if (node.op->quant == QuantRule::signal_filter) return kInt16;
  if (node.op->quant == QuantRule::squared_error) return kInt32;
  return node.op->quant == QuantRule::signal ? kInt8 : version_of(precision);
}

Result<void> check_precision(const Precision& p, const std::string& where) {
  if (p.weights != 4 && p.weights != 8) return bad_input(fmt::format("weights of {} bits; 4 or 8", p.weights), where);
  if (p.activations != 8 && p.activations != 16)
    return bad_input(fmt::format("activations of {} bits; 8 or 16", p.activations), where);
  return {};
}

/// The precision of every node (of float nodes too, without meaning).
Result<std::vector<Precision>> precisions(const Graph& graph, const QuantizeOptions& options) {
  MOTE_TRY_VOID(check_precision(options.precision, "default precision"));
  for (const auto& [name, precision] : options.layers) {
    const auto is_named = [&, &layer = name](const Node& node) { return node.name == layer; };
    if (std::none_of(graph.nodes.begin(), graph.nodes.end(), is_named))
      return bad_input("the graph has no such layer", fmt::format("precision of \"{}\"", name));
    MOTE_TRY_VOID(check_precision(precision, fmt::format("layer \"{}\"", name)));
  }
  std::vector<Precision> found;
  for (const Node& node : graph.nodes) {
    Precision precision = options.precision;
    const auto named = options.layers.find(node.name);
    const int producer = node.inputs.empty() ? -1 : graph.producer(node.inputs[0]);
    if (named != options.layers.end()) {
      precision = named->second;
    } else if (node.op->quant == QuantRule::same_as_input && producer >= 0 &&
               has_integer_form(graph, graph.nodes[static_cast<std::size_t>(producer)])) {
      precision = found[static_cast<std::size_t>(producer)];
    }
    found.push_back(precision);
  }
  return found;
}

/// Quantisations of the activations of one type, found group by group.
class Groups {
 public:
  Groups(const Graph& graph, Version version)
      : graph_(graph),
        version_(version),
        parent_(graph.tensors.size()),
        fixed_(graph.tensors.size()),
        roomy_(graph.tensors.size(), false) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  /// Ties tensors together and notes fixed quantisations as the node's rule says.
  void apply_rule(const Node& node) {
    const OpDef& op = *node.op;
    const bool wide = version_ == kInt16;
    if (op.quant == QuantRule::squared_error) {
      unite(node.inputs[0], node.inputs[1]);
      roomy_[static_cast<std::size_t>(node.inputs[0])] = true;
      return;
    }
    for (const TensorId out : node.outputs) {
      const auto o = static_cast<std::size_t>(out);
      if (op.quant == QuantRule::softmax) fixed_[o] = {{wide ? 0x1p-15F : 0x1p-8F}, {wide ? 0 : -128}, 0};
      if (op.quant == QuantRule::tanh) fixed_[o] = {{wide ? 0x1p-15F : 0x1p-7F}, {0}, 0};
      if (op.quant == QuantRule::same_as_input) unite(out, node.inputs[0]);
      if (op.quant != QuantRule::same_for_all) continue;
      for (std::size_t i = 0; i < node.inputs.size(); ++i)
        if (node.inputs[i] != kNoTensor && !is_weight_or_bias(op, i)) unite(out, node.inputs[i]);
    }
  }

  /// A signal has full scale 1.
  void fix_signal(TensorId id) { fixed_[static_cast<std::size_t>(id)] = Quantization{{0x1p-15F}, {0}, 0}; }

  /// After all rules: a fixed quantisation, or one from the union of the group's ranges.
  Result<Quantization> quantization(TensorId id, const Calibration& calibration) {
    std::optional<Quantization> fixed;
    std::optional<Range> range;
    bool roomy = false;
    const std::size_t group = root(static_cast<std::size_t>(id));
    for (std::size_t t = 0; t < parent_.size(); ++t) {
      if (root(t) != group) continue;
      if (fixed_[t]) {
        if (fixed && *fixed != *fixed_[t])
          return unsupported("two fixed quantisations meet here", fmt::format("tensor \"{}\"", graph_.tensor(id).name));
        fixed = fixed_[t];
      }
      roomy = roomy || roomy_[t];
      const auto seen = range_of(graph_.tensors[t], calibration);
      if (seen) range = range ? Range{std::min(range->min, seen->min), std::max(range->max, seen->max)} : *seen;
    }
    if (fixed) return *fixed;
    if (!range)
      return bad_input("has no calibrated range; calibrate with the graph that is quantised",
                       fmt::format("tensor \"{}\"", graph_.tensor(id).name));
    if (const float room = (range->max - range->min) / 2; roomy) range = Range{range->min - room, range->max + room};
    return version_ == kInt16 ? activation_quantization16(*range) : activation_quantization(*range);
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
  Version version_;
  std::vector<std::size_t> parent_;
  std::vector<std::optional<Quantization>> fixed_;
  std::vector<bool> roomy_;  ///< QuantRule::squared_error
};

class Quantizer {
 public:
  Quantizer(const Graph& graph, const Calibration& calibration, const QuantizeOptions& options)
      : graph_(graph),
        calibration_(calibration),
        options_(options),
        groups_{Groups(graph, kInt8), Groups(graph, kInt16)},
        born_(graph.tensors.size(), kOwn) {
    made_.fill(std::vector<TensorId>(graph.tensors.size(), kNoTensor));
  }

  Result<Graph> run() {
    out_.name = graph_.name;
    MOTE_TRY(precisions_, precisions(graph_, options_));
    MOTE_TRY_VOID(prepare());
    for (const TensorId id : graph_.inputs) {
      MOTE_TRY(const TensorId input, make(id, born_[index(id)]));
      out_.inputs.push_back(input);
    }
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      auto done = has_integer_form(graph_, node) ? integer_node(node, precisions_[n]) : float_node(node);
      if (!done) return std::move(done).error().at(fmt::format("node \"{}\"", node.name));
    }
    for (const TensorId id : graph_.outputs) {
      MOTE_TRY(const TensorId output, as(id, options_.float_outputs ? kOwn : born_[index(id)]));
      out_.outputs.push_back(output);
    }
    MOTE_TRY_VOID(verify(out_, Code::Unsupported));
    return std::move(out_);
  }

 private:
  static std::size_t index(TensorId id) { return static_cast<std::size_t>(id); }

  /// Decides which version of a tensor is computed, or is the model's input; others are derived from it.
  Result<void> prepare() {
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      if (node.op == &ops::batch_norm)
        return unsupported(
            "batch_norm has no int8 form; run the passes on the float graph first, fold_batch_norm among them",
            fmt::format("node \"{}\"", node.name));
      if (!has_integer_form(graph_, node)) continue;
      const Version version = output_version(node, precisions_[n]);
      groups(version).apply_rule(node);
      if (reads_signal(node, 0)) groups(kInt16).fix_signal(node.inputs[0]);
      if (node.op->quant == QuantRule::signal_filter) groups(kInt16).fix_signal(node.outputs[0]);
      for (const TensorId id : node.outputs) born_[index(id)] = version;
    }
    if (options_.float_inputs) return {};
    for (const TensorId id : graph_.inputs) {
      Version widest = kInt8;
      const std::vector<int> readers = graph_.consumers(id);
      bool integer = !readers.empty();
      for (const int n : readers) {
        integer = integer && has_integer_form(graph_, graph_.nodes[static_cast<std::size_t>(n)]);
        widest = std::max(widest, input_version(graph_.nodes[static_cast<std::size_t>(n)], 0,
                                                precisions_[static_cast<std::size_t>(n)]));
      }
      if (integer) born_[index(id)] = widest;
    }
    return {};
  }

  Groups& groups(Version version) { return groups_[version == kInt16 ? 1 : 0]; }

  /// The model's ports keep their names; else the version that is computed first does.
  std::string name_of(TensorId id, Version version) const {
    const std::string& name = graph_.tensor(id).name;
    const bool float_port = options_.float_outputs && graph_.is_output(id);
    if (version == (float_port ? kOwn : born_[index(id)])) return name;
    constexpr std::array<std::string_view, kVersions> kSuffix = {"_float", "_int8", "_int16", "_int32"};
    return out_.unique_tensor_name(fmt::format("{}{}", name, kSuffix[version]));
  }

  Result<TensorId> make(TensorId id, Version version) {
    Tensor tensor = graph_.tensor(id);
    if (tensor.type == DType::f32 && !tensor.is_constant()) tensor.name = name_of(id, version);
    if (version == kInt32) {
      const Node& node = graph_.nodes[static_cast<std::size_t>(graph_.producer(id))];
      const Tensor& x = graph_.tensor(node.inputs[0]);
      MOTE_TRY(const Quantization of_x, groups(kInt8).quantization(node.inputs[0], calibration_));
      tensor.quant = {{ops::squared_error_scale(of_x.scale[0], x.elements() / x.shape[0])}, {0}, 0};
      tensor.type = DType::i32;
    } else if (version != kOwn) {
      if (tensor.is_constant()) tensor.name = name_of(id, version);
      MOTE_TRY(tensor.quant, groups(version).quantization(id, calibration_));
      tensor.type = version == kInt16 ? DType::i16 : DType::i8;
      if (tensor.is_constant()) tensor.data = quantized_values(graph_.tensor(id), tensor);
    }
    return made_[version][index(id)] = out_.add(std::move(tensor));
  }

  static std::shared_ptr<const Bytes> quantized_values(const Tensor& real, const Tensor& to) {
    std::vector<std::int8_t> narrow;
    std::vector<std::int16_t> wide;
    for (const float v : real.constant<float>()) {
      if (to.type == DType::i16) {
        wide.push_back(quantize_activation16(v, to.quant));
      } else {
        narrow.push_back(quantize_activation(v, to.quant));
      }
    }
    return to.type == DType::i16 ? make_data(wide) : make_data(narrow);
  }

  /// The version of the tensor, converted from that which was computed if need be.
  Result<TensorId> as(TensorId id, Version version) {
    if (made_[version][index(id)] != kNoTensor) return made_[version][index(id)];
    MOTE_TRY(const TensorId made, make(id, version));
    if (!graph_.tensor(id).is_constant()) {
      const OpDef& op = version == kOwn ? ops::dequantize : ops::quantize;
      const std::string name = unique_node_name(out_, fmt::format("{}_{}", op.name, out_.tensor(made).name));
      out_.nodes.push_back({&op, name, {made_[born_[index(id)]][index(id)]}, {made}, {}});
    }
    return made;
  }

  Result<void> float_node(const Node& node) {
    Node copy = node;
    for (TensorId& id : copy.inputs) {
      if (id == kNoTensor) continue;
      MOTE_TRY(id, as(id, kOwn));
    }
    for (TensorId& id : copy.outputs) {
      MOTE_TRY(id, make(id, kOwn));
    }
    out_.nodes.push_back(std::move(copy));
    return {};
  }

  Result<void> integer_node(const Node& node, const Precision& precision) {
    Node copy = node;
    const Version version = output_version(node, precision);
    for (std::size_t i = 0; i < copy.inputs.size(); ++i) {
      if (copy.inputs[i] == kNoTensor || is_weight_or_bias(*node.op, i)) continue;
      MOTE_TRY(copy.inputs[i], as(copy.inputs[i], input_version(node, i, precision)));
    }
    for (TensorId& id : copy.outputs) {
      MOTE_TRY(id, make(id, version));
    }
    if (node.op->weight_input >= 0) add_weights(node, precision, copy);
    out_.nodes.push_back(std::move(copy));
    return {};
  }

  /// Weights and bias of `node` as integer constants for `copy`, whose activations are in place.
  void add_weights(const Node& node, const Precision& precision, Node& copy) {
    const Tensor& weights = *input_or_null(graph_, node, node.op->weight_input);
    const Tensor* bias = input_or_null(graph_, node, node.op->bias_input);
    const bool wide = precision.activations == 16;
    // Weights of a recurrence (they have no bias) stay int8: their errors come back with every step.
    const bool recurrent = node.op->bias_input < 0;
    const int bits = recurrent ? 8 : precision.weights;
    const std::int32_t limit = weight_limit(bits);
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
          weight_scale(by_channel[c], bias != nullptr ? bias->constant<float>()[c] : 0.0F, in_scale, out_scale, limit));
    std::vector<std::int8_t> quantized(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      quantized[i] = quantize_weight(values[i], w.quant.scale[channel(i)], limit);
    w.type = bits == 4 ? DType::i4 : DType::i8;
    w.data = bits == 4 ? pack_int4(quantized) : make_data(quantized);
    const std::vector<float> scales = w.quant.scale;
    copy.inputs[static_cast<std::size_t>(node.op->weight_input)] = out_.add(std::move(w));
    if (recurrent || (bias == nullptr && !wide)) return;

    // An int16 layer without a bias would sum in 32 bits (ops/weighted.h), which overflow sooner.
    const std::string name = bias != nullptr ? bias->name : node.name + "_bias";
    const Shape shape = {static_cast<std::int32_t>(channel.channels)};
    Tensor b{out_.unique_tensor_name(name), wide ? DType::i64 : DType::i32, shape, {}, nullptr};
    b.quant.zero_point.assign(channel.channels, 0);
    std::vector<std::int64_t> rounded(channel.channels, 0);
    for (std::size_t c = 0; c < channel.channels; ++c) {
      b.quant.scale.push_back(in_scale * scales[c]);
      // Below the limit by the choice of the weights' scale.
      if (bias != nullptr)
        rounded[c] = std::llround(double{bias->constant<float>()[c]} / (double{in_scale} * double{scales[c]}));
    }
    b.data = wide ? make_data(rounded) : make_data(std::vector<std::int32_t>(rounded.begin(), rounded.end()));
    copy.inputs.resize(std::max(copy.inputs.size(), static_cast<std::size_t>(node.op->bias_input) + 1), kNoTensor);
    copy.inputs[static_cast<std::size_t>(node.op->bias_input)] = out_.add(std::move(b));
  }

  const Graph& graph_;
  const Calibration& calibration_;
  QuantizeOptions options_;
  std::vector<Precision> precisions_;
  std::array<Groups, 2> groups_;
  Graph out_;
  std::array<std::vector<TensorId>, kVersions> made_;  ///< of each tensor the versions in out_, once there are
  std::vector<Version> born_;                          ///< the version that is computed
};

}  // namespace

Result<Graph> quantize(const Graph& float_graph, const Calibration& calibration, const QuantizeOptions& options) {
  return Quantizer(float_graph, calibration, options).run();
}

}  // namespace mote::passes
