// The C that firmware needs to feed a trained model: raw sensor values -> the model's input, one multiplication a
// value. Where it stands: `mote train` writes it as input.h beside the model; the same arithmetic as Normalisation and
// encode_input.
#pragma once

#include <string>

#include "data/preparation.h"

namespace mote {

/// A C99 header with `static inline void mote_<model>_input_row(const float *sensor, T *input)`, T being int8_t,
/// int16_t or float. Where anomalies are to be found, also MOTE_<MODEL>_ALARM_ABOVE, in steps of `score`, the output.
std::string input_header(const Preparation& preparation, const Tensor& input, const Tensor* score = nullptr);

}  // namespace mote
