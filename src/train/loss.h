// What a training step makes small: cross entropy with class weights, focal, smoothed, of mixed labels, and a teacher's
// soft targets. Where it stands: private to src/train; fit() calls it once a step.
#pragma once

#include <ATen/ATen.h>

#include "data/batches.h"
#include "train/recipe.h"

namespace mote {

/// One number a class: its examples' weight in the loss. See TrainSpec::balance.
at::Tensor class_weights(const TrainingSet& set, double balance);

/// Labels of a batch as tensors.
struct Targets {
  at::Tensor labels;
  at::Tensor others;       ///< of the examples that were mixed in
  double share = 1;        ///< of `labels`
  at::Tensor shares = {};  ///< an example each, where they differ; else undefined
};

/// Cross entropy with the labels, smoothed by `smoothing`, a scalar.
at::Tensor hard_loss(const at::Tensor& logits, const Targets& targets, const at::Tensor& weights, const TrainSpec& spec,
                     double smoothing);

/// [batch]: what each example weighs by its class, or its two.
at::Tensor example_weights(const Targets& targets, const at::Tensor& weights);

/// Cross entropy with the teacher's logits, both softened (Hinton et al. 2015); the mean of the examples by their
/// `weights`, so that rare classes count as they do with the labels. Its gradients' size does not change with the
/// temperature.
at::Tensor soft_loss(const at::Tensor& logits, const at::Tensor& taught, double temperature, const at::Tensor& weights);

}  // namespace mote
