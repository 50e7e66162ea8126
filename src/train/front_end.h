// From [front_end] of a project to operators at the head of the network. Where it stands: private to src/train;
// network.cpp calls it between the input and the network's own layers.
#pragma once

#include "train/builder.h"
#include "train/recipe.h"

namespace mote {

/// Appends the front end behind `x`, a signal [1, samples, 1, 1], and returns its last tensor. BadInput names the
/// setting.
Result<TensorId> add_front_end(GraphBuilder& builder, TensorId x, const FrontEndSpec& spec, double rate_hz);

}  // namespace mote
