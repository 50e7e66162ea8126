// See softmax.h: the tables of the int16 softmax. A point is moved by half of what linear interpolation would miss in
// the middle of its step, so that the error is shared between the points and the middles (TFLite's rule, in float32).
#include <algorithm>
#include <cmath>

#include "ops/softmax.h"

namespace mote::ops {
namespace {

constexpr int kSteps = 512;

/// `scale` and `zero_point` say what real an int16 stands for; results are Q0.15.
template <typename Function>
Table16 make_table(float scale, std::int32_t zero_point, Function function) {
  const float in_min = scale * static_cast<float>(-32768 - zero_point);
  const float in_max = scale * static_cast<float>(32767 - zero_point);
  const float out_scale = 2.0F / 65535.0F;
  const float out_min = out_scale * -32768.0F;
  const float out_max = out_scale * 32767.0F;
  const float step = (in_max - in_min) / kSteps;
  const float half_step = step / 2;
  const float inverse = 65536.0F / (out_max - out_min);
  const auto bounded = [](float v) { return static_cast<std::int16_t>(std::clamp(v, -32768.0F, 32767.0F)); };
  Table16 table{};
  for (int i = 0; i < kSteps; ++i) {
    const auto at = static_cast<float>(i);
    const float value = function(in_min + at * step);
    const float middle = function(in_min + at * step + half_step);
    const float next = function(in_min + (at + 1) * step);
    const float sample = std::round(value * inverse);
    const float interpolated = std::round((next * inverse + sample) / 2);
    const float bias = std::round((interpolated - std::round(middle * inverse)) / 2);
    table[static_cast<std::size_t>(i)] = bounded(sample - bias);
  }
  table[kSteps] = bounded(std::round(function(in_max) * inverse));
  return table;
}

}  // namespace

const Table16& softmax_exp_table16() {
  static const Table16 table = make_table(10.0F / 65535.0F, 32767, [](float v) { return std::exp(v); });
  return table;
}

const Table16& softmax_reciprocal_table16() {
  static const Table16 table = make_table(1.0F / 65535.0F, -32768, [](float v) { return 1.0F / (1.0F + v); });
  return table;
}

QuantizedMultiplier softmax_multiplier16(double beta, double scale) {
  return quantize_multiplier(scale * beta / (10.0 / 65535.0));
}

}  // namespace mote::ops
