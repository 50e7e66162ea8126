// See write.h.
#include "tabular/write.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/op_def.h"
#include "ir/verify.h"
#include "ops/ops.h"

namespace mote {
namespace {

float real(std::int32_t q, const Quantization& quant) {
  return static_cast<float>(q - quant.zero_point[0]) * quant.scale[0];
}

/// Limits of an integer type.
std::pair<std::int32_t, std::int32_t> range_of(DType type) {
  return type == DType::i8 ? std::pair{-128, 127} : std::pair{-32768, 32767};
}

/// The largest step that stands for a real <= `threshold`, as float32 compares: x <= threshold exactly where q <= this.
/// The lowest step if none does.
std::int32_t floor_step(float threshold, const Quantization& quant, DType type) {
  const auto [low, high] = range_of(type);
  const double guess = std::floor(static_cast<double>(threshold) / static_cast<double>(quant.scale[0]));
  auto q = static_cast<std::int32_t>(
      std::clamp(guess + quant.zero_point[0], static_cast<double>(low), static_cast<double>(high)));
  while (q < high && real(q + 1, quant) <= threshold) ++q;
  while (q > low && real(q, quant) > threshold) --q;
  return q;
}

std::int32_t nearest_step(float value, const Quantization& quant, DType type) {
  const auto [low, high] = range_of(type);
  const double q = std::round(static_cast<double>(value) / static_cast<double>(quant.scale[0])) + quant.zero_point[0];
  return static_cast<std::int32_t>(std::clamp(q, static_cast<double>(low), static_cast<double>(high)));
}

class Writer {
 public:
  Writer(Graph& graph, TensorId features, float score_scale)
      : graph_(graph), x_(features), type_(graph.tensor(features).type), score_scale_(score_scale) {}

  Result<void> operator()(const TreesModel& m) {
    const auto nodes = static_cast<std::int32_t>(m.thresholds.size());
    std::vector<std::int32_t> steps;
    std::vector<std::int32_t> table = m.nodes;
    std::vector<float> thresholds = m.thresholds;
    if (nodes == 0) {  // all trees are leaves; a table cannot be empty
      table = {0, -1, -1};
      thresholds = {0.0F};
    }
    if (type_ != DType::f32) {
      for (std::size_t n = 0; n < thresholds.size(); ++n) {
        steps.push_back(floor_step(thresholds[n], quant(), type_));
        if (real(steps.back(), quant()) > thresholds[n])
          return bad_input("a tree's threshold lies below all that its features can be", "network.type");
      }
    }
    add_constant("nodes", DType::i32, {static_cast<std::int32_t>(thresholds.size()), 3}, table);
    if (type_ == DType::f32) {
      add_constant("thresholds", DType::f32, {static_cast<std::int32_t>(thresholds.size())}, thresholds);
    } else {
      add_steps("thresholds", {static_cast<std::int32_t>(steps.size())}, steps);
    }
    add_constant("roots", DType::i32, {static_cast<std::int32_t>(m.roots.size())}, m.roots);
    const auto leaves = static_cast<std::int32_t>(m.leaf_outputs.size());
    add_constant("leaf_outputs", DType::i32, {leaves}, m.leaf_outputs);
    Attributes attrs;
    attrs.set("outputs", std::int64_t{m.outputs});
    if (type_ == DType::f32) {
      add_constant("leaf_values", DType::f32, {leaves}, m.leaf_values);
      return finish(ops::tree_ensemble, m.votes ? "probabilities" : "scores", attrs, {});
    }
    const Quantization out = m.votes ? step(1.0F / static_cast<float>(m.roots.size())) : step(largest_sum(m) / 32760);
    std::vector<std::int16_t> values;
    for (const float v : m.leaf_values)
      values.push_back(m.votes ? std::int16_t{1} : static_cast<std::int16_t>(nearest_step(v, out, DType::i16)));
    add_constant("leaf_values", DType::i16, {leaves}, values, out);
    return finish(ops::tree_ensemble, m.votes ? "probabilities" : "scores", attrs, out);
  }

  Result<void> operator()(const CentresModel& m) {
    add_points("centres", m.centres, m.features);
    return finish(ops::centre_distance, "score", {}, step(score_scale_));
  }

  Result<void> operator()(const NeighboursModel& m) {
    add_points("points", m.points, m.features);
    add_constant("labels", DType::i32, {static_cast<std::int32_t>(m.labels.size())}, m.labels);
    Attributes attrs;
    attrs.set("neighbours", std::int64_t{m.neighbours});
    attrs.set("outputs", std::int64_t{m.outputs});
    return finish(ops::neighbour_votes, "probabilities", attrs, step(1.0F / static_cast<float>(m.neighbours)));
  }

  Result<void> operator()(const MixtureModel& m) {
    const auto components = static_cast<std::int32_t>(m.offsets.size());
    add_constant("means", DType::f32, {components, m.features}, m.means);
    add_constant("whitening", DType::f32, {components, static_cast<std::int32_t>(m.whitening.size()) / components},
                 m.whitening);
    add_constant("offsets", DType::f32, {components}, m.offsets);
    return finish(ops::gaussian_mixture, "score", {}, step(score_scale_));
  }

  Result<void> operator()(const LinearModel& m) {
    MOTE_CHECK(type_ == DType::f32);
    const auto outputs = static_cast<std::int32_t>(m.bias.size());
    add_constant("weights", DType::f32, {outputs, m.features}, m.weights);
    add_constant("bias", DType::f32, {outputs}, m.bias);
    Attributes attrs;
    attrs.set("activation", std::string("none"));
    attrs.set("keep_dims", std::int64_t{0});
    MOTE_TRY_VOID(finish(ops::fully_connected, "logits", attrs, {}));
    x_ = graph_.outputs[0];
    inputs_.clear();
    Attributes beta;
    beta.set("beta", 1.0);
    return finish(ops::softmax, "probabilities", beta, {});
  }

 private:
  const Quantization& quant() const { return graph_.tensor(x_).quant; }
  static Quantization step(float scale) { return {{scale}, {0}, 0}; }

  template <typename T>
  void add_constant(const char* name, DType type, const Shape& shape, const std::vector<T>& values,
                    const Quantization& quantization = {}) {
    inputs_.push_back(graph_.add({graph_.unique_tensor_name(name), type, shape, quantization, make_data(values)}));
  }
  void add_steps(const char* name, const Shape& shape, const std::vector<std::int32_t>& steps) {
    const Quantization same = quant();
    if (type_ == DType::i8) {
      add_constant(name, type_, shape, std::vector<std::int8_t>(steps.begin(), steps.end()), same);
    } else {
      add_constant(name, type_, shape, std::vector<std::int16_t>(steps.begin(), steps.end()), same);
    }
  }
  void add_points(const char* name, const std::vector<float>& points, std::int32_t features) {
    const Shape shape = {static_cast<std::int32_t>(points.size()) / features, features};
    if (type_ == DType::f32) return add_constant(name, type_, shape, points);
    std::vector<std::int32_t> steps;
    for (const float v : points) steps.push_back(nearest_step(v, quant(), type_));
    add_steps(name, shape, steps);
  }

  /// The largest sum of one ensemble's leaves: of each tree its largest.
  static float largest_sum(const TreesModel& m) {
    std::vector<float> below(m.thresholds.size(), 0.0F);
    const auto at = [&](std::int32_t child) {
      return child < 0 ? std::fabs(m.leaf_values[static_cast<std::size_t>(-1 - child)])
                       : below[static_cast<std::size_t>(child)];
    };
    for (std::size_t n = below.size(); n-- > 0;) below[n] = std::max(at(m.nodes[3 * n + 1]), at(m.nodes[3 * n + 2]));
    float sum = 0;
    for (const std::int32_t root : m.roots) sum += at(root);
    return std::max(sum, 1e-6F);
  }

  Result<void> finish(const OpDef& op, const char* name, const Attributes& attrs, const Quantization& out) {
    Node node{&op, name, {x_}, {}, attrs};
    node.inputs.insert(node.inputs.end(), inputs_.begin(), inputs_.end());
    Tensor result{graph_.unique_tensor_name(name), type_ == DType::f32 ? DType::f32 : DType::i16, {}, {}, nullptr};
    if (type_ != DType::f32) result.quant = out;
    node.outputs = {graph_.add(std::move(result))};
    const TensorId id = node.outputs[0];
    MOTE_TRY(const auto types, op.infer(graph_, node));
    graph_.tensor(id).shape = types[0].shape;
    graph_.nodes.push_back(std::move(node));
    graph_.outputs = {id};
    return verify(graph_, Code::BadInput);
  }

  Graph& graph_;
  TensorId x_;
  DType type_;
  float score_scale_;
  std::vector<TensorId> inputs_;
};

}  // namespace

Result<void> append_model(Graph& graph, TensorId features, const TabularModel& model, float score_scale) {
  return std::visit(Writer(graph, features, score_scale), model);
}

}  // namespace mote
