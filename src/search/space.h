// What a search may change: settings of a project with the values each may take. A candidate is one value of each.
// Where it stands: the first thing `mote search` makes from a project; `apply` turns a candidate back into a project
// file, so that `mote train` reproduces it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "train/recipe.h"

namespace mote::search {

/// For each choice of the space the index of its value; none: the project as it is.
using Genes = std::vector<std::int32_t>;

struct Space {
  std::vector<SearchChoice> choices;  ///< at least one, each with at least two values
};

/// [[search.choices]] of the project; without any the widths of a named network's blocks (and its kernel, for series),
/// or its one width. BadInput: a network written layer by layer without choices, or a setting whose every value the
/// recipe refuses.
Result<Space> make_space(const Recipe& recipe);

/// The project as TOML with the candidate's values in place of its own; comments are gone, and so is [search].
/// A list keeps no zeros behind: a block of width 0 is left out, and so is a layer whose filters or units are 0.
Result<std::string> apply(const Space& space, const Genes& genes, const std::string& project);

/// The project that the candidates are compared with, in the same form: itself, or with the network of another project
/// (search.reference). BadInput: that cannot be read.
Result<std::string> reference_project(const Recipe& recipe);

/// "network.channels[0] = 16, train.dropout = 0.1"; without genes "the reference".
std::string describe(const Space& space, const Genes& genes);

}  // namespace mote::search
