// Training, validation and test parts that share no group: what was learnt of one person is tested on another.
// Where it stands: between a Dataset and the trainer. The report lists the groups of each part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace mote {

struct SplitOptions {
  /// Groups by name; a '*' at the end stands for anything. Empty: `validation_fraction` of the groups not in `test`.
  std::vector<std::string> validation = {};
  std::vector<std::string> test = {};  ///< groups by name; empty: `test_fraction` of the groups
  double validation_fraction = 0.2;    ///< rounded to whole groups, at least one
  double test_fraction = 0.2;
  std::uint64_t seed = 1;  ///< which groups the fractions take
  /// group; or recording: fractions take recordings of groups that stand in training too, the same share of each class.
  /// Then the figures say nothing of unseen groups: that is what cross-validation is for.
  /// time: fractions take the end of every recording that was cut into pieces, validation before test.
  std::string by = "group";
  std::vector<std::string> normal = {};  ///< classes that are split; others are all tested and not learnt. Empty: all
  /// Groups that validate in place of the validation part, all others being learnt from; the test part stays what it
  /// is without this. Empty: as above. No setting of a project.
  std::vector<std::string> fold = {};
};

struct SplitPart {
  std::vector<std::string> groups;    ///< sorted
  std::vector<std::int32_t> samples;  ///< indices into Dataset::samples, ascending
};

/// One part of the split, for the report.
struct PartSummary {
  std::vector<std::string> groups;  ///< all of them; the report shortens long lists
  std::int64_t recordings = 0;
  std::int64_t examples = 0;
};
PartSummary summary(const SplitPart& part, std::size_t examples);

struct Split {
  SplitPart train, validation, test;
};

/// Fractions take groups class by class where every group is of one class, so that the parts have the classes in like
/// shares; elsewhere they pass over a group that is the last of its class in training. Which, is a hash of seed and
/// name. BadInput: a named group that the data has not, or in two parts; too few groups; a class of which no recording
/// is left for training.
Result<Split> split_by_group(const Dataset& data, const SplitOptions& options);

/// Groups for cross-validation: each alone where there are at most `most`, else `most` folds of about as many groups of
/// each class, by hash of seed and name.
/// Groups of `without` are in none.
std::vector<std::vector<std::string>> make_folds(const Dataset& data, std::size_t most, std::uint64_t seed,
                                                 const std::vector<std::string>& without = {});

/// Folds of what the project's test part leaves over, each for SplitOptions::fold. BadInput: as splitting; fewer than
/// two groups.
Result<std::vector<std::vector<std::string>>> folds_beside_test(const Dataset& data, const SplitOptions& options,
                                                                std::size_t most);

/// For messages: all of them, or the first few where they are many.
std::string list_of_names(const std::vector<std::string>& names);

}  // namespace mote
