// Which layers can do with int4 weights: measured one by one, then chosen under a budget of bytes.
//
//   int8 graph 12,000 bytes of weights  ->  the layers that lose least a byte at 4 bits  ->  8,000 bytes
//
// Where it stands: between calibrate and quantize; what it chooses are QuantizeOptions::layers. Source: the idea of
// HAWQ (Dong et al. 2019), with the measured error in the place of second derivatives.
#pragma once

#include "passes/quantize.h"

namespace mote::passes {

/// One layer with weights (conv2d, depthwise_conv2d, fully_connected), by node name.
struct Sensitivity {
  std::string layer;
  std::int64_t weights = 0;  ///< how many
  /// Mean square of (logits - float logits) over that of the float logits, when only this layer has int4 weights, less
  /// what it is without; at least 0. Logits: the model's outputs, or what goes into a last softmax.
  double error = 0;
};

struct SensitivityReport {
  double base_error = 0;  ///< the same with no layer at 4 bits
  std::vector<Sensitivity> layers;
};

/// Runs the reference on every sample once for each layer and twice more. `base` says the precision of everything else;
/// its `layers` that have 4 bits already are left out. Errors: those of quantize; BadInput without samples.
Result<SensitivityReport> measure_sensitivity(const Graph& float_graph, const Calibration& calibration,
                                              std::span<const Sample> samples, const QuantizeOptions& base = {});

/// Bytes of all weights at these precisions.
std::int64_t weight_bytes(const Graph& float_graph, const QuantizeOptions& options);

/// `base` with 4 bits for those layers that lose least error a byte won, until all weights fit `bytes`; layers that
/// turn out not to be needed go back to 8 bits, the most sensitive first. DoesNotFit, with the bytes over, if all at
/// 4 bits are too many.
Result<QuantizeOptions> choose_precision(const Graph& float_graph, const SensitivityReport& report, std::int64_t bytes,
                                         const QuantizeOptions& base = {});

}  // namespace mote::passes
