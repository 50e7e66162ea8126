// From a classical model to nodes of a Graph. Where it stands: behind the front end's features, float or integer; what
// integers decide is exactly what the model decides on the real values that they stand for.
#pragma once

#include "base/result.h"
#include "ir/graph.h"
#include "tabular/model.h"

namespace mote {

/// Appends the model behind `features` ([N, ...], float32, int8 or int16 with its quantisation) as the graph's output,
/// named "probabilities", "scores" (boosted trees) or "score" (anomaly models). `score_scale`: the step of an integer
/// score. A linear model is float alone: the passes quantise it. BadInput or Unsupported: what the operators refuse.
Result<void> append_model(Graph& graph, TensorId features, const TabularModel& model, float score_scale = 0);

}  // namespace mote
