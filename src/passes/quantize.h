// Post-training quantisation: a float graph and the ranges of its activations -> an integer graph (int8, or per layer
// int4 weights and int16 activations).
//
//   x f32 -> conv2d(w f32, b f32) -> y f32    =>    x i8 -> conv2d(w i8 per channel, b i32) -> y i8
//
// Where it stands: between the float pipeline (fold_batch_norm and fuse_activation first: what is not fused is
// quantised twice) and the pipeline's second run on the int8 graph. Each OpDef's QuantRule says how its output is
// quantised.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "passes/quant_params.h"

namespace mote::passes {

/// What was seen of each activation, by tensor name (so it survives passes that renumber tensors or remove nodes).
/// The trainer fills one from its fake quantisation; `calibrate` fills one from samples.
struct Calibration {
  std::map<std::string, Range, std::less<>> ranges;

  /// Widens the tensor's range by these values. False if one is not a finite number; the range is then left alone.
  bool observe(std::string_view tensor, std::span<const float> values);
};

/// The bytes of each graph input, in order.
using Sample = std::vector<Bytes>;

/// Runs the reference on every sample and notes minimum and maximum of each float activation.
/// BadInput: no samples, a sample of the wrong size, or values that are not finite numbers (the tensor is named).
Result<Calibration> calibrate(const Graph& float_graph, std::span<const Sample> samples);

/// How many bits a layer computes with.
struct Precision {
  int weights = 8;      ///< 8, or 4 (in -7..7)
  int activations = 8;  ///< of its inputs and outputs: 8, or 16 (symmetric; biases then have 64 bits)
  bool operator==(const Precision&) const = default;
};

struct QuantizeOptions {
  bool float_inputs = false;   ///< keep the model's inputs float32, with a quantize node behind each
  bool float_outputs = false;  ///< likewise its outputs, with a dequantize node before each
  Precision precision = {};    ///< of every layer that `layers` does not name
  /// By node name. Quantize nodes stand where layers of different activations meet. Nodes that only hand on values
  /// (pooling, pad, reshape, ...) and have no name here take the activations of the layer before them.
  std::map<std::string, Precision, std::less<>> layers = {};
};

/// Activations int8 per tensor, weights int8 symmetric per channel along OpDef::weight_axis, biases int32 with
/// scale(in) * scale(w); or as the options say. Nodes without an int8 form stay float between dequantize and quantize
/// nodes. Tensors and nodes keep their names. BadInput: an activation without a range, a precision that there is not, a
/// name in `layers` that no node has. Unsupported: batch_norm that was not folded, two fixed quantisations that would
/// have to be one, or what the verifier does not accept (a layer whose sums may overflow).
Result<Graph> quantize(const Graph& float_graph, const Calibration& calibration, const QuantizeOptions& options = {});

}  // namespace mote::passes
