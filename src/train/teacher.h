// Who teaches in a distillation (Hinton et al. 2015): a bigger network of Mote's own, or one that PyTorch saved as
// TorchScript. Where it stands: private to src/train; fit() asks it for soft targets, and for features to imitate
// (Romero et al. 2015).
#pragma once

#include <filesystem>
#include <functional>

#include "train/task.h"
#include "train/torch_graph.h"

namespace mote {

/// What a teacher says of a batch. No gradients flow through it.
struct Taught {
  at::Tensor logits;    ///< [batch, classes]
  at::Tensor features;  ///< [batch, any]: what its last layer reads; undefined if it does not tell
};

/// What a student is shown in a step; a teacher answers for the same ("consistent teaching", Beyer et al. 2021).
struct Shown {
  at::Tensor inputs;    ///< [batch, shape of graph input 0 without its leading 1]; undefined with kept features
                        ///< (feature_bank.h)
  at::Tensor features;  ///< [batch, ...]: what its front end gave, augmented; undefined without front end
};

using Teacher = std::function<Taught(const Shown& shown)>;

/// What the front end gives, [1, frames, bands, 1]: the output of the last operator on the signal; kNoTensor without.
TensorId front_end_output(const Graph& graph);

/// Whether two graphs have front ends that make the same features, so that those of one can be shown to the other.
bool same_front_end(TorchGraph& a, TorchGraph& b);

/// `graph` must outlive the teacher. What it tells of features is the input of its last fully_connected, if it has one.
/// `same_front_end`: the features are such as its own front end makes, and go in behind it; otherwise it gets
/// the inputs, without what was done to features.
Teacher graph_teacher(TorchGraph& graph, bool same_front_end = true);
/// The same, and keeps the graph.
Teacher owning_teacher(TorchGraph graph, bool same_front_end = true);

/// The input of the last fully_connected, which hints are about; kNoTensor without one.
TensorId features_of(const Graph& graph);

/// A module saved by torch.jit.save. It gets examples in PyTorch's layout, channels first ([batch, C, T] for series,
/// [batch, C, H, W] for images), unless `channels_last`; normalised as the student's. It returns logits, or a tuple of
/// logits and features. BadInput: not a TorchScript file, it fails on an example, or its outputs are not the classes.
Result<Teacher> load_script_teacher(const std::filesystem::path& file, const Task& task, bool channels_last);

}  // namespace mote
