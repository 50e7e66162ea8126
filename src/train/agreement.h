// Whether the network that was trained under fake quantisation and the integer graph made of it are one: output by
// output. Where it stands: private to src/train; the trainer measures it on the test part and reports it.
#pragma once

#include "data/preparation.h"
#include "ir/graph.h"

namespace mote {

class TorchGraph;
struct GraphHooks;

struct Agreement {
  double same_class = 0;       ///< share of examples
  double same_output = 0;      ///< share of all output values that are the same integer
  int largest_difference = 0;  ///< in steps of the output
};

/// `hooks` are the fake quantisation under which `trained` runs; `integer` has one int8 or int16 output.
Result<Agreement> compare_outputs(TorchGraph& trained, const GraphHooks& hooks, const Graph& integer,
                                  const InputSet& inputs);

struct FloatAgreement {
  std::int64_t examples = 0;      ///< compared: all, or 512 spread over all
  double largest_difference = 0;  ///< of an output value; relative where that is above 1
};

/// LibTorch's evaluation of the float graph against the reference in plain loops.
Result<FloatAgreement> compare_with_reference(TorchGraph& lowered, const InputSet& inputs);

}  // namespace mote
