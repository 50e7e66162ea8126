// See rescale.h.
#include "ops/rescale.h"

#include "ops/operands.h"
#include "ops/requantizer.h"

namespace mote::ops {

QuantizedMultiplier rescale_multiplier(const Tensor& x, const Tensor& out) {
  return quantize_multiplier(static_cast<double>(scale_of(x)) / static_cast<double>(scale_of(out)));
}

QuantizedMultiplier relu_multiplier(const Tensor& x, const Tensor& out) {
  return quantize_multiplier(static_cast<double>(scale_of(x) / scale_of(out)));
}

Rescaler::Rescaler(const Tensor& x, const Tensor& out, QuantizedMultiplier multiplier, IntRange range)
    : zero_in_(zero_point_of(x)), zero_out_(zero_point_of(out)), multiplier_(multiplier), range_(range) {}

std::int32_t Rescaler::operator()(std::int32_t q) const {
  const std::int32_t scaled = multiply_by_quantized_multiplier(wrapping_add(q, -zero_in_), multiplier_);
  return clamp_to(wrapping_add(scaled, zero_out_), range_);
}

namespace {

template <typename In, typename Out>
void run_typed(const Rescaler& rescale, const ConstView& x, const View& out) {
  const std::int64_t count = x.tensor->elements();
  for (std::int64_t i = 0; i < count; ++i) out.as<Out>()[i] = static_cast<Out>(rescale(x.as<In>()[i]));
}

template <typename In>
void run_from(const Rescaler& rescale, const ConstView& x, const View& out) {
  if (out.tensor->type == DType::i8) return run_typed<In, std::int8_t>(rescale, x, out);
  run_typed<In, std::int16_t>(rescale, x, out);
}

}  // namespace

void Rescaler::run(const ConstView& x, const View& out) const {
  if (x.tensor->type == DType::i8) return run_from<std::int8_t>(*this, x, out);
  if (x.tensor->type == DType::i16) return run_from<std::int16_t>(*this, x, out);
  run_from<std::int32_t>(*this, x, out);
}

}  // namespace mote::ops
