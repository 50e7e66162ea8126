// From [network] of a project to a float Graph with fresh weights: by name (networks.cpp) or as written layer by layer.
// Where it stands: after the data is known, before the trainer.
#pragma once

#include "ir/graph.h"
#include "train/recipe.h"

namespace mote {

/// What the network is for.
struct NetworkIo {
  Shape example;             ///< of one example as the data has it: [rows, channels] or [height, width, channels]
  std::int32_t outputs = 0;  ///< classes; 0: the network is to be like its own input (or the front end's features)
  FrontEndSpec front_end = {};
  double rate_hz = 0;  ///< of the signal, for front ends
};

/// A verified graph: input [1,T,1,C] for series and [1,H,W,C] for images, output [1, outputs] of probabilities, or [1,
/// 1], the mean squared error of the reconstruction. BadInput names the setting: an unknown network or layer name,
/// sizes that do not fit.
Result<Graph> build_network(const std::string& name, const NetworkSpec& spec, const NetworkIo& io, std::uint64_t seed);

}  // namespace mote
