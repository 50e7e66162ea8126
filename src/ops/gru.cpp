// gru: gated recurrent units (Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014) over the
// rows of axis 1, from state 0. The part of the gates that the input gives, biases included, comes ready from an
// ordinary layer: rows [r, z, n] of units each. Weights W [3 * units, units] stand in the same order.
//   r = sigmoid(g_r + W_r h), z = sigmoid(g_z + W_z h), n = tanh(g_n + W_n (r h)), h = (1 - z) n + z h
// Integer form (gates int8 or int16, weights int8 a row, state int16 in steps of 2^-15 inside): products of weights and
// state are summed exactly; both parts of a gate are scaled to steps of 2^-12, each rounded once as in the other
// operators, and added; the sigmoid goes through a table of 257 points over [0, 16) with linear interpolation, below 0
// as 1 - sigmoid(-x), and tanh(x) is 2 sigmoid(2 x) - 1; r h and the new state are rounded to 2^-15. An int8 output is
// the state in steps of 1/128.
#include "ops/gru.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {

GruSizes gru_sizes(const Tensor& gates, const Attributes& attrs) {
  const std::int32_t units = gates.shape.back() / 3;
  const std::int64_t rows = gates.elements() / gates.shape.back();
  return {gates.shape[0], static_cast<std::int32_t>(rows / gates.shape[0]), units, attrs.integer("sequence") == 1};
}

QuantizedMultiplier gru_gate_multiplier(const Tensor& gates) {
  return quantize_multiplier(static_cast<double>(scale_of(gates)) * (1 << kGruSumBits));
}

std::vector<QuantizedMultiplier> gru_weight_multipliers(const Tensor& weights) {
  std::vector<QuantizedMultiplier> multipliers;
  for (std::int32_t row = 0; row < weights.shape[0]; ++row) {
    const float scale = weights.quant.scale[weights.quant.per_channel() ? static_cast<std::size_t>(row) : 0];
    multipliers.push_back(quantize_multiplier(static_cast<double>(scale) * std::ldexp(1.0, kGruSumBits - 15)));
  }
  return multipliers;
}

const GruTable& gru_table() {
  static const GruTable table = [] {
    GruTable made{};
    for (std::size_t i = 0; i < made.size(); ++i)
      made[i] = static_cast<std::uint16_t>(std::lround(32768 / (1 + std::exp(-static_cast<double>(i) / 16))));
    return made;
  }();
  return table;
}

namespace {

constexpr AttrDef kAttrs[] = {{"sequence", AttrKind::integer, 0, 1}};

Result<void> check_integers(const Tensor& gates, const Tensor& weights, const Tensor& out) {
  MOTE_TRY_VOID(want_type(weights, DType::i8, "weights"));
  if (!weights.is_constant()) return unsupported("its weights are no constant");
  const Quantization& q = weights.quant;
  const bool rows = q.scale.size() == static_cast<std::size_t>(weights.shape[0]) && q.axis == 0;
  if (q.scale.size() != 1 && !rows) return bad_input("its weights must have one scale, or one a row");
  for (std::size_t i = 0; i < q.scale.size(); ++i)
    if (q.zero_point[i] != 0 || !(q.scale[i] <= 1.0F))
      return unsupported("its weights must be of zero point 0 and scales of at most 1");
  const bool wide = gates.type == DType::i16;
  if (!(static_cast<double>(scale_of(gates)) * (wide ? 32768 : 256) <= 65536.0))
    return unsupported("its gates reach beyond 65536");
  const float step = wide ? 0x1p-15F : 0x1p-7F;
  if (scale_of(out) != step || zero_point_of(out) != 0)
    return bad_input(fmt::format("its output must be of scale {:g}, zero point 0", step));
  return {};
}

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& gates = input(graph, node, 0);
  const Tensor& weights = input(graph, node, 1);
  const Tensor& out = output(graph, node);
  MOTE_TRY_VOID(want_same_type(gates, out));
  if (gates.shape.size() < 3 || gates.shape.back() % 3 != 0)
    return bad_input("gates must be [N, rows, ..., 3 * units]");
  const GruSizes sizes = gru_sizes(gates, node.attrs);
  if (gates.shape[1] != sizes.steps) return bad_input("gates must be [N, rows, 1..., 3 * units]");
  if (sizes.units > kMostGruUnits)
    return unsupported(fmt::format("has {} units, at most {}", sizes.units, kMostGruUnits));
  if (weights.shape != Shape{3 * sizes.units, sizes.units})
    return bad_input(
        fmt::format("weights are {}, must be {}x{}", shape_text(weights.shape), 3 * sizes.units, sizes.units));
  if (gates.type == DType::f32) {
    MOTE_TRY_VOID(want_type(weights, DType::f32, "weights"));
  } else {
    MOTE_TRY_VOID(check_integers(gates, weights, out));
  }
  Shape shape = gates.shape;
  shape.back() = sizes.units;
  return one_output(gates.type, sizes.sequence ? shape : Shape{sizes.batches, sizes.units});
}

using Reals = std::vector<double>;

/// g[row] + sum of the row's weights times x.
double gate(const float* g, const float* w, std::int32_t row, const Reals& x) {
  double sum = static_cast<double>(g[row]);
  for (std::size_t k = 0; k < x.size(); ++k)
    sum += static_cast<double>(w[static_cast<std::size_t>(row) * x.size() + k]) * x[k];
  return sum;
}

void step_float(const float* g, const float* w, Reals& h) {
  const auto units = static_cast<std::int32_t>(h.size());
  const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
  Reals reset(h.size());
  Reals update(h.size());
  for (std::int32_t j = 0; j < units; ++j) {
    const auto at = static_cast<std::size_t>(j);
    reset[at] = sigmoid(gate(g, w, j, h)) * h[at];
    update[at] = sigmoid(gate(g, w, units + j, h));
  }
  for (std::int32_t j = 0; j < units; ++j) {
    const auto at = static_cast<std::size_t>(j);
    h[at] = (1 - update[at]) * std::tanh(gate(g, w, 2 * units + j, reset)) + update[at] * h[at];
  }
}

/// In steps of 2^-15, of a sum in steps of 2^-12.
std::int32_t sigmoid_of(std::int32_t sum) {
  const std::int32_t size = std::min(sum < 0 ? -sum : sum, 65535);
  const auto i = static_cast<std::size_t>(size >> 8);
  const std::int32_t low = gru_table()[i];
  const std::int32_t high = gru_table()[i + 1];
  const std::int32_t value = low + (((high - low) * (size & 255) + 128) >> 8);
  return sum < 0 ? 32768 - value : value;
}
std::int32_t tanh_of(std::int32_t sum) { return 2 * sigmoid_of(2 * sum) - 32768; }

class IntegerCell {
 public:
  IntegerCell(const Tensor& gates, const Tensor& weights, const std::int8_t* w)
      : zero_(zero_point_of(gates)),
        of_gates_(gru_gate_multiplier(gates)),
        of_weights_(gru_weight_multipliers(weights)),
        weights_(w) {}

  template <typename T>
  void step(const T* g, std::vector<std::int32_t>& h) const {
    const auto units = static_cast<std::int32_t>(h.size());
    std::vector<std::int32_t> reset(h.size());
    std::vector<std::int32_t> update(h.size());
    for (std::int32_t j = 0; j < units; ++j) {
      const auto at = static_cast<std::size_t>(j);
      reset[at] = (sigmoid_of(sum(g, j, h)) * h[at] + (1 << 14)) >> 15;
      update[at] = sigmoid_of(sum(g, units + j, h));
    }
    for (std::int32_t j = 0; j < units; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const std::int32_t n = tanh_of(sum(g, 2 * units + j, reset));
      h[at] = std::clamp(((32768 - update[at]) * n + update[at] * h[at] + (1 << 14)) >> 15, -32767, 32767);
    }
  }

 private:
  template <typename T>
  std::int32_t sum(const T* g, std::int32_t row, const std::vector<std::int32_t>& x) const {
    const std::int8_t* w = weights_ + static_cast<std::size_t>(row) * x.size();
    std::int32_t products = 0;
    for (std::size_t k = 0; k < x.size(); ++k) products += w[k] * x[k];
    return multiply_by_quantized_multiplier(g[row] - zero_, of_gates_) +
           multiply_by_quantized_multiplier(products, of_weights_[static_cast<std::size_t>(row)]);
  }

  std::int32_t zero_;
  QuantizedMultiplier of_gates_;
  std::vector<QuantizedMultiplier> of_weights_;
  const std::int8_t* weights_;
};

/// Runs `step` over all rows and hands each state that is given to `give`, with its place among them.
template <typename State, typename Step, typename Give>
void walk(const GruSizes& sizes, const Step& step, const Give& give) {
  std::int64_t place = 0;
  for (std::int64_t n = 0; n < sizes.batches; ++n) {
    State h(static_cast<std::size_t>(sizes.units));
    for (std::int64_t t = 0; t < sizes.steps; ++t) {
      step((n * sizes.steps + t) * 3 * sizes.units, h);
      if (!sizes.sequence && t + 1 < sizes.steps) continue;
      for (const auto& value : h) give(place++, value);
    }
  }
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& gates = *inputs[0].tensor;
  const GruSizes sizes = gru_sizes(gates, node.attrs);
  if (gates.type == DType::f32)
    return walk<Reals>(
        sizes, [&](std::int64_t at, Reals& h) { step_float(inputs[0].as<float>() + at, inputs[1].as<float>(), h); },
        [&](std::int64_t at, double value) { outputs[0].as<float>()[at] = static_cast<float>(value); });
  const IntegerCell cell(gates, *inputs[1].tensor, inputs[1].as<std::int8_t>());
  using State = std::vector<std::int32_t>;
  if (gates.type == DType::i16)
    return walk<State>(
        sizes, [&](std::int64_t at, State& h) { cell.step(inputs[0].as<std::int16_t>() + at, h); },
        [&](std::int64_t at, std::int32_t value) {
          outputs[0].as<std::int16_t>()[at] = static_cast<std::int16_t>(value);
        });
  walk<State>(
      sizes, [&](std::int64_t at, State& h) { cell.step(inputs[0].as<std::int8_t>() + at, h); },
      [&](std::int64_t at, std::int32_t value) {
        outputs[0].as<std::int8_t>()[at] = static_cast<std::int8_t>(std::min((value + 128) >> 8, 127));
      });
}

std::int64_t macs(const Graph& graph, const Node& node) {
  const GruSizes sizes = gru_sizes(input(graph, node, 0), node.attrs);
  return std::int64_t{sizes.batches} * sizes.steps * 3 * sizes.units * sizes.units;
}

}  // namespace

const OpDef gru = {
    .name = "gru",
    .attrs = kAttrs,
    .min_inputs = 2,
    .max_inputs = 2,
    .weight_input = 1,
    .weight_axis = 0,
    .quant = QuantRule::tanh,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
