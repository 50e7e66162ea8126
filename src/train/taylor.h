// How much the loss depends on each filter, to first order: the square of sum(weight * gradient), over some batches
// (Molchanov et al. 2019). Where it stands: private to src/train; the third importance of prune.h, the one that looks
// at data.
#pragma once

#include "data/batches.h"
#include "train/prune.h"
#include "train/recipe.h"
#include "train/torch_graph.h"

namespace mote {

/// `groups` are those of graph.graph(). Deterministic: the first batches of epoch 1.
Importance importance_taylor(TorchGraph& graph, const TrainingSet& set, const TrainSpec& spec,
                             const std::vector<ChannelGroup>& groups);

}  // namespace mote
