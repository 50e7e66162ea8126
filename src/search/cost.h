// What a candidate would cost on a board, from the planner and the kernels' cost models, without training it.
// Where it stands: `mote search` asks it for every candidate, in milliseconds, and trains only those that fit.
#pragma once

#include <string>

#include "board/board.h"
#include "ir/graph.h"
#include "train/recipe.h"

namespace mote::search {

/// Estimates, all of them: instructions by the kernels' cost models, code by their sizes.
struct Cost {
  std::int64_t macs = 0;
  std::int64_t parameters = 0;
  std::int64_t instructions = 0;  ///< of one inference
  std::int64_t ram_bytes = 0;     ///< the arena and an allowance for the stack
  std::int64_t flash_bytes = 0;   ///< constants and the kernels' code
  std::string obstacle;           ///< why it cannot be used on the board or within the limits; empty: it can
};

/// Of the float network that the recipe builds, quantised with made-up ranges: they do not change the cost.
/// BadInput: the network cannot be built.
Result<Cost> estimate_cost(const Recipe& recipe, const Graph& float_network, const Board& board);

}  // namespace mote::search
