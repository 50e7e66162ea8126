// add: a + b with numpy's broadcasting of b, plus fused activation.
// Integer form: both operands are brought to a common scale with 20 extra bits (int16: 15), added, and scaled to the
// output (TFLite's rule).
#include "ops/add.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/requantizer.h"

namespace mote::ops {

AddScales add_scales(const Tensor& a, const Tensor& b, const Tensor& out) {
  const double common = 2 * static_cast<double>(std::max(scale_of(a), scale_of(b)));
  const double left = static_cast<double>(std::int64_t{1} << (a.type == DType::i16 ? kAddLeftShift16 : kAddLeftShift));
  return {quantize_multiplier(static_cast<double>(scale_of(a)) / common),
          quantize_multiplier(static_cast<double>(scale_of(b)) / common),
          quantize_multiplier(common / (left * static_cast<double>(scale_of(out))))};
}

namespace {

constexpr AttrDef kAttrs[] = {{"activation", AttrKind::text, 0, 0, kActivations}};

/// Whether b's dimensions, aligned at the last, are 1 or equal to a's.
bool broadcasts(const Shape& a, const Shape& b) {
  if (b.size() > a.size()) return false;
  const std::size_t lead = a.size() - b.size();
  for (std::size_t i = 0; i < b.size(); ++i)
    if (b[i] != 1 && b[i] != a[lead + i]) return false;
  return true;
}

}  // namespace

Result<std::vector<TensorType>> infer_sum(const Graph& graph, const Node& node) {
  const Tensor& a = input(graph, node, 0);
  const Tensor& b = input(graph, node, 1);
  const Tensor& out = output(graph, node);
  MOTE_TRY_VOID(want_same_type(a, out));
  MOTE_TRY_VOID(want_same_type(b, out));
  if (!broadcasts(a.shape, b.shape))
    return bad_input(fmt::format("\"{}\" ({}) does not broadcast to \"{}\" ({})", b.name, shape_text(b.shape), a.name,
                                 shape_text(a.shape)));
  if (a.type != DType::f32 && add_scales(a, b, out).output.shift > 0)
    return unsupported("its output's scale is less than a millionth of its inputs'");
  return one_output(a.type, a.shape);
}

namespace {

/// Index into b for every element of a, in order.
class Broadcast {
 public:
  Broadcast(const Shape& a, const Shape& b) : shape_(a) {
    std::int64_t stride = 1;
    const std::size_t lead = a.size() - b.size();
    for (std::size_t i = b.size(); i-- > 0;) {
      strides_[lead + i] = b[i] == 1 ? 0 : stride;
      stride *= b[i];
    }
  }
  std::int64_t next() {
    const std::int64_t at = at_;
    for (std::size_t i = shape_.size(); i-- > 0;) {
      at_ += strides_[i];
      if (++index_[i] < shape_[i]) break;
      at_ -= strides_[i] * shape_[i];
      index_[i] = 0;
    }
    return at;
  }

 private:
  const Shape& shape_;
  std::array<std::int64_t, 8> strides_{};
  std::array<std::int32_t, 8> index_{};
  std::int64_t at_ = 0;
};

template <typename T>
void run_integer(const std::string& activation, int left_shift, int sign, std::span<const ConstView> inputs,
                 std::span<const View> outputs) {
  const Tensor& a = *inputs[0].tensor;
  const Tensor& b = *inputs[1].tensor;
  const Tensor& out = *outputs[0].tensor;
  Broadcast b_index(a.shape, b.shape);
  const AddScales scales = add_scales(a, b, out);
  const Requantizer requantize(activation, out, {scales.output});
  const std::int32_t left = std::int32_t{1} << left_shift;
  for (std::int64_t i = 0; i < a.elements(); ++i) {
    const std::int32_t va = (inputs[0].as<T>()[i] - zero_point_of(a)) * left;
    const std::int32_t vb = (inputs[1].as<T>()[b_index.next()] - zero_point_of(b)) * left;
    const std::int32_t sum =
        multiply_by_quantized_multiplier(va, scales.a) + sign * multiply_by_quantized_multiplier(vb, scales.b);
    outputs[0].as<T>()[i] = static_cast<T>(requantize(sum, 0));
  }
}

}  // namespace

void run_sum(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs, int sign) {
  const Tensor& a = *inputs[0].tensor;
  const std::string& activation = node.attrs.text("activation");
  if (a.type == DType::f32) {
    Broadcast b_index(a.shape, inputs[1].tensor->shape);
    const std::int64_t count = a.elements();
    const FloatRange range = float_range(activation);
    const auto factor = static_cast<float>(sign);
    for (std::int64_t i = 0; i < count; ++i)
      outputs[0].as<float>()[i] =
          clamp_to(inputs[0].as<float>()[i] + factor * inputs[1].as<float>()[b_index.next()], range);
    return;
  }
  if (a.type == DType::i8) return run_integer<std::int8_t>(activation, kAddLeftShift, sign, inputs, outputs);
  run_integer<std::int16_t>(activation, kAddLeftShift16, sign, inputs, outputs);
}

namespace {

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  run_sum(node, inputs, outputs, 1);
}

}  // namespace

const OpDef add = {
    .name = "add",
    .attrs = kAttrs,
    .min_inputs = 2,
    .max_inputs = 2,
    .elementwise = true,
    .in_place = true,
    .has_activation = true,
    .quant = QuantRule::calibrated,
    .infer = infer_sum,
    .run = run,
};

}  // namespace mote::ops
