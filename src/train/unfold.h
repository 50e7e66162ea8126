// Batch norm put back between a layer and its activation, so that a folded (or foreign) network can be trained again as
// if it were new. Source: Ioffe and Szegedy 2015; the inverse of passes/fold_batch_norm. Where it stands: private to
// src/train, in front of fine-tuning with a high learning rate, as after pruning.
//
//     conv2d(activation = relu)   ->   conv2d -> batch_norm -> relu
#pragma once

#include "ir/graph.h"
#include "train/task.h"

namespace mote {

/// The same function with a batch norm behind every convolution that has none: statistics are those of the first
/// `samples` (each the bytes of an example), gamma and beta undo them. Filters are brought to the size of fresh ones
/// (He et al. 2015), which the batch norm makes up for, so that a learning rate means what it meant in training. Layers
/// whose activation is not relu or relu6 stay as they are. Errors are those of TorchGraph::create.
Result<Graph> unfold_batch_norm(const Graph& graph, const std::vector<passes::Sample>& samples);

}  // namespace mote
