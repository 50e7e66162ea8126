// See post_training.h.
#include "passes/post_training.h"

#include <algorithm>

#include "ir/verify.h"
#include "passes/adaround.h"
#include "passes/correct_bias.h"
#include "passes/equalise.h"
#include "passes/sensitivity.h"
#include "passes/weight_scales.h"

namespace mote::passes {

Result<Graph> quantize_and_adjust(const Graph& float_graph, const Calibration& calibration,
                                  std::span<const Sample> samples, const PostTrainingOptions& options) {
  MOTE_TRY(Graph quantized, quantize(float_graph, calibration, options.quantize));
  if (options.adaround) {
    // Four bits have so few steps that clipping the largest weights pays.
    MOTE_TRY_VOID(use_weight_scales(float_graph, quantized, least_error_scales(float_graph, quantized)));
    MOTE_TRY_VOID(adaround(float_graph, quantized, samples));
  } else if (options.bias_correction) {
    MOTE_TRY_VOID(correct_bias(float_graph, quantized, samples));
  }
  MOTE_TRY_VOID(verify(quantized, Code::Unsupported));
  return quantized;
}

Result<PostTrained> quantize_after_training(Graph float_graph, std::span<const Sample> samples,
                                            const PostTrainingOptions& options) {
  PostTrained made{std::move(float_graph), {}, options.quantize, {}};
  if (options.equalise) {
    MOTE_TRY([[maybe_unused]] const std::int32_t pairs, equalise(made.float_graph, samples));
  }
  MOTE_TRY(made.calibration, calibrate(made.float_graph, samples, options.calibration));
  PostTrainingOptions with = options;
  if (options.weight_bytes > 0) {
    const auto few = samples.first(std::min<std::size_t>(samples.size(), 32));
    MOTE_TRY(const SensitivityReport report,
             measure_sensitivity(made.float_graph, made.calibration, few, options.quantize));
    MOTE_TRY(with.quantize, choose_precision(made.float_graph, report, options.weight_bytes, options.quantize));
    made.quantize = with.quantize;
  }
  MOTE_TRY(made.quantized, quantize_and_adjust(made.float_graph, made.calibration, samples, with));
  return made;
}

}  // namespace mote::passes
