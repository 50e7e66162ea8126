// See input_header.h.
#include "data/input_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace mote {
namespace {

/// A float literal of C: "0.25f", "3.0f".
std::string literal(double value) {
  std::string text = fmt::format("{:.9g}", static_cast<double>(static_cast<float>(value)));
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + "f";
}

/// The threshold as firmware compares it: an integer, or a float.
std::string alarm_line(const std::string& upper, double threshold, const Tensor& score) {
  const bool integer = score.type != DType::f32;
  const double steps = integer ? threshold / static_cast<double>(score.quant.scale[0]) + score.quant.zero_point[0] : 0;
  // The threshold is some example's score, so a whole number of steps; the division may fall short of it.
  return fmt::format("/* The output is a score: an alarm if it lies above this. */\n#define MOTE_{}_ALARM_ABOVE {}\n\n",
                     upper, integer ? fmt::format("{:.0f}", std::floor(steps + 1e-6)) : literal(threshold));
}

}  // namespace

std::string input_header(const Preparation& p, const Tensor& input, const Tensor* score) {
  const bool integer = input.type != DType::f32;
  const bool wide = input.type == DType::i16;
  const double scale = integer ? static_cast<double>(input.quant.scale[0]) : 1.0;
  const double zero = integer ? static_cast<double>(input.quant.zero_point[0]) : 0.0;
  std::vector<std::string> gains;
  std::vector<std::string> offsets;
  for (std::size_t c = 0; c < p.normalisation.gain.size(); ++c) {
    const double gain = static_cast<double>(p.normalisation.gain[c]) / scale;
    gains.push_back(literal(gain));
    offsets.push_back(literal(zero - static_cast<double>(p.normalisation.offset[c]) * gain));
  }
  std::string limit;
  if (integer || p.normalisation.clip > 0) {
    const double clip = p.normalisation.clip > 0 ? static_cast<double>(p.normalisation.clip) : 1e9;
    const double low = integer ? std::max(wide ? -32768.0 : -128.0, std::round(-clip / scale) + zero) : -clip;
    const double high = integer ? std::min(wide ? 32767.0 : 127.0, std::round(clip / scale) + zero) : clip;
    limit = fmt::format("    x = x < {0} ? {0} : x > {1} ? {1} : x;\n", literal(low), literal(high));
  }
  std::string upper = p.model;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fmt::format(
      "/* Written by mote train: from sensor values to the input of {model}.\n"
      " * One example is {rows} rows{rate} of {count} values{names}. */\n"
      "#ifndef MOTE_{upper}_INPUT_H\n#define MOTE_{upper}_INPUT_H\n\n#include <stdint.h>\n\n"
      "#define MOTE_{upper}_INPUT_ROWS {rows}\n#define MOTE_{upper}_INPUT_CHANNELS {count}\n\n"
      "{alarm}static inline void mote_{model}_input_row(const float *sensor, {type} *input) {{\n"
      "  static const float gain[{count}] = {{{gains}}};\n"
      "  static const float offset[{count}] = {{{offsets}}};\n"
      "  for (int c = 0; c < {count}; ++c) {{\n"
      "    float x = sensor[c] * gain[c] + offset[c];\n"
      "{limit}"
      "    input[c] = {store};\n"
      "  }}\n}}\n\n#endif\n",
      fmt::arg("alarm", p.anomaly.wanted() && score != nullptr ? alarm_line(upper, p.anomaly.threshold, *score) : ""),
      fmt::arg("model", p.model), fmt::arg("upper", upper), fmt::arg("rows", p.window), fmt::arg("count", gains.size()),
      fmt::arg("rate", p.rate_hz > 0 ? fmt::format(" ({:g} a second)", p.rate_hz) : ""),
      fmt::arg("names", p.channels.empty() ? std::string() : fmt::format(": {}", fmt::join(p.channels, ", "))),
      fmt::arg("type", wide      ? "int16_t"
                       : integer ? "int8_t"
                                 : "float"),
      fmt::arg("gains", fmt::join(gains, ", ")), fmt::arg("offsets", fmt::join(offsets, ", ")),
      fmt::arg("limit", limit),
      fmt::arg("store", wide      ? "(int16_t)(x < 0.0f ? x - 0.5f : x + 0.5f)"
                        : integer ? "(int8_t)(x < 0.0f ? x - 0.5f : x + 0.5f)"
                                  : "x"));
}

}  // namespace mote
