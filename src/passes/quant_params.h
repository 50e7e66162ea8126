// From ranges of real values to scales and zero points: the one definition that post-training quantisation and the
// trainer's fake quantisation share. Sources: Jacob et al. 2018, sections 2.1 and 3; TFLite 8-bit quantisation
// specification (weights in [-127, 127]).
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"

namespace mote::passes {

/// Closed interval of real values.
struct Range {
  float min = 0.0F;
  float max = 0.0F;
  bool operator==(const Range&) const = default;
};

/// The int8 quantisation of activations in the range, widened to include 0, which is represented exactly (the zero
/// point is nudged to an integer). A range narrower than 1e-6 holds nothing but zeros for all purposes and counts as
/// [0, 1].
Quantization activation_quantization(Range range);

/// The int16 quantisation of activations in the range: symmetric, the larger end at 32767 steps.
Quantization activation_quantization16(Range range);

/// The largest magnitude of symmetric weights: 127 for 8 bits, 7 for 4.
constexpr std::int32_t weight_limit(int bits) { return (1 << (bits - 1)) - 1; }

/// The scale of one output channel's weights: the largest magnitude becomes `limit` (weight_limit), unless the
/// channel's bias, in units of scale(in) * scale, needs a larger one to stay below 2^29, or the ratio to the
/// output's scale falls below 2^-30. Without weights (all 0) it is scale(out) / scale(in), which rounds the bias
/// straight to the output's steps.
float weight_scale(std::span<const float> channel, float bias, float in_scale, float out_scale,
                   std::int32_t limit = 127);

/// round(value / scale), halves away from zero, bounded to [-limit, limit].
std::int8_t quantize_weight(float value, float scale, std::int32_t limit = 127);

/// round(value / scale) + zero point, bounded to int8.
std::int8_t quantize_activation(float value, const Quantization& quant);
/// round(value / scale), bounded to int16.
std::int16_t quantize_activation16(float value, const Quantization& quant);

}  // namespace mote::passes
