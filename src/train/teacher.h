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

/// Inputs are a batch as the student gets it: [batch, shape of graph input 0 without its leading 1], or what the front
/// end gives where the student learns from kept features (feature_bank.h).
using Teacher = std::function<Taught(const at::Tensor& inputs)>;

/// What the front end gives, [1, frames, bands, 1]: the output of the last operator on the signal; kNoTensor without.
TensorId front_end_output(const Graph& graph);

/// `graph` must outlive the teacher. Its features are the input of its last fully_connected, if it has one. Inputs of
/// the shape that its front end gives start there.
Teacher graph_teacher(TorchGraph& graph);

/// The input of the last fully_connected, which hints are about; kNoTensor without one.
TensorId features_of(const Graph& graph);

/// A module saved by torch.jit.save. It gets examples in PyTorch's layout, channels first ([batch, C, T] for series,
/// [batch, C, H, W] for images), unless `channels_last`; normalised as the student's. It returns logits, or a tuple of
/// logits and features. BadInput: not a TorchScript file, it fails on an example, or its outputs are not the classes.
Result<Teacher> load_script_teacher(const std::filesystem::path& file, const Task& task, bool channels_last);

}  // namespace mote
