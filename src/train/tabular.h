// Training of a classical model (tree, forest, boosted, knn, logistic, kmeans, gmm) instead of a network. Where it
// stands: trainer.cpp hands over to it where [network] type is one of these. No LibTorch in it: src/tabular fits the
// model to the features that the chip will compute.
#pragma once

#include "train/task.h"
#include "train/trainer.h"

namespace mote {

/// The features are the project's inputs, or what its front end makes of them, rounded as on the chip: so the integer
/// model decides as the library does. Internal if a tree does not. BadInput names the setting.
Result<TrainResult> train_tabular(const Recipe& recipe, Task task, const TrainControl& control);

}  // namespace mote
