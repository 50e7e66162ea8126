// Calibration: which range of real values an activation's integer steps shall cover, from samples. Where it stands:
// before `quantize`, on the float graph. The widest range wastes steps where values are heavy-tailed; the methods here
// trade a little clipping for finer steps.
#pragma once

#include "passes/quantize.h"

namespace mote::passes {

enum class CalibrationMethod : std::uint8_t {
  min_max,     ///< all that was seen
  percentile,  ///< all but a share of the values at each end
  mse,         ///< the range with the least mean squared error of rounding and clipping
  entropy,     ///< the range that loses least of the distribution (Kullback-Leibler), after Migacz 2017 (TensorRT)
};

/// "min-max", "percentile", "mse", "entropy"; BadInput lists them.
Result<CalibrationMethod> parse_calibration(std::string_view name);
std::string_view calibration_name(CalibrationMethod method);

struct CalibrateOptions {
  CalibrationMethod method = CalibrationMethod::min_max;
  double percentile = 99.99;  ///< of the values other than 0 at each end, for CalibrationMethod::percentile
};

/// As calibrate(graph, samples) of quantize.h, by any method. All but min_max run the samples twice. A range is never
/// wider than min_max gives, and holds 0.
Result<Calibration> calibrate(const Graph& float_graph, std::span<const Sample> samples,
                              const CalibrateOptions& options);

/// BadInput unless there are samples, and each has the inputs of the graph.
Result<void> check_samples(const Graph& graph, std::span<const Sample> samples);

}  // namespace mote::passes
