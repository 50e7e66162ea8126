// Reference execution of a whole graph on the host: the oracle for every kernel, float and integer, and calibration's
// eyes.
#pragma once

#include "ops/ops.h"

namespace mote {

/// Runs verified graphs.
class Executor {
 public:
  /// Keeps a reference to the graph, which must outlive it and stay unchanged.
  explicit Executor(const Graph& graph);

  /// Back to the initial state, as after construction. Does nothing for a graph without state.
  void reset();

  /// One inference, or one step of a graph with state. `inputs[i]` are the bytes of graph.inputs[i] (sizes must agree:
  /// programmer's error otherwise). Returns the bytes of each graph output.
  std::vector<Bytes> run(const std::vector<std::span<const std::uint8_t>>& inputs);

  /// The bytes of any tensor after the last run (constants too).
  std::span<const std::uint8_t> value(TensorId id) const;

 private:
  const Graph& graph_;
  std::vector<Bytes> values_;  ///< per tensor; empty for constants
};

}  // namespace mote
