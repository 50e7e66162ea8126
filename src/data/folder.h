// A folder of labelled recordings: one sub-folder a class, one file a recording, the group (person, machine, day) in
// the file's name. Where it stands: the trainer's and evaluator's way in; the readers of the single formats stand
// beside it.
#pragma once

#include <filesystem>
#include <string>

#include "data/dataset.h"

namespace mote {

struct FolderOptions {
  std::string format = "csv";  ///< which files count, by kind: "csv"
  /// Regular expression (ECMAScript) on a file's name without its extension; its first bracket is the group. Empty: all
  /// before the last '_'
  /// ("p07_left.csv" -> "p07"), or the whole name where there is none.
  std::string group = {};
};

/// Reads `<folder>/<class>/<group>_<n>.<extension>`. Hidden files and files of other kinds are passed over. Io or
/// BadInput name the file: a missing folder, a class without recordings, a name without a group, whatever the format's
/// reader refuses, and check_dataset's cases.
Result<Dataset> read_folder(const std::filesystem::path& folder, const FolderOptions& options);

}  // namespace mote
