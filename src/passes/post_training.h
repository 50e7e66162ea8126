// Post-training quantisation as one call: which of the methods, and in which order.
//
//   float graph -> equalise -> calibrate -> choose_precision -> quantize -> adaround or correct_bias -> integer graph
//
// Where it stands: the trainer's and `mote compress`'s way through the passes beside the pipeline.
#pragma once

#include "passes/calibrate.h"

namespace mote::passes {

struct PostTrainingOptions {
  CalibrateOptions calibration = {};
  bool equalise = false;
  bool bias_correction = false;  ///< adaround does it too
  bool adaround = false;
  QuantizeOptions quantize = {};
  /// Not 0: layers get int4 weights, the least sensitive first, until all weights take no more (sensitivity.h).
  std::int64_t weight_bytes = 0;
};

struct PostTrained {
  Graph float_graph;  ///< as it was quantised: equalised if asked for
  Calibration calibration;
  QuantizeOptions quantize;  ///< as asked for, and as chosen under weight_bytes
  Graph quantized;
};

/// `float_graph` has been through the passes. Errors: those of the parts.
Result<PostTrained> quantize_after_training(Graph float_graph, std::span<const Sample> samples,
                                            const PostTrainingOptions& options);

/// The part behind calibration: quantize, then adjust weights and biases.
Result<Graph> quantize_and_adjust(const Graph& float_graph, const Calibration& calibration,
                                  std::span<const Sample> samples, const PostTrainingOptions& options);

}  // namespace mote::passes
