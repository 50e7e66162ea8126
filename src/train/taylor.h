// How much the loss depends on each channel, to first order: the square of value * gradient, summed over what the
// channel must pass (gamma and beta of batch norms, else its filter), over some batches (Molchanov et al. 2019).
// Where it stands: private to src/train; the third importance of prune.h, the one that looks at data.
#pragma once

#include "data/batches.h"
#include "train/prune.h"
#include "train/recipe.h"
#include "train/torch_graph.h"

namespace mote {

/// `groups` are those of graph.graph(); a group's values stand at its first producer, zeros at the others. They compare
/// across layers. Deterministic: the first batches of epoch 1.
Importance importance_taylor(TorchGraph& graph, const TrainingSet& set, const TrainSpec& spec,
                             const std::vector<ChannelGroup>& groups);

}  // namespace mote
