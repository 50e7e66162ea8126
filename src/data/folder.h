// Folders of labelled recordings in the layouts in which data sets come. docs/data.md draws each of them.
// Where it stands: the trainer's and evaluator's way in. format.h reads single files; table.cpp the layouts that a CSV
// file describes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace mote {

struct FolderOptions {
  /// folders: <class>/<group>_<n>.<ext>; files: <class>.<ext>, cut into recordings of `rows` rows; manifest: a CSV
  /// names file, class and group; records: one binary file of equal records, and a CSV with a line for each; rows: CSV
  /// files whose every row is an example; idx: pairs of IDX files, as MNIST comes.
  std::string layout = "folders";
  std::string format = "csv";  ///< csv, audio, image, npy, or raw numbers: f32, i16, i8, u8 (little-endian)
  /// Regular expression (ECMAScript) on a file's name without its extension (or the group column); its first bracket is
  /// the group. Empty: all before the last '_' ("p07_left.csv" -> "p07"), or the whole name where there is none.
  std::string group = {};
  std::int32_t rows = 0;      ///< files: rows of one recording; raw numbers: rows of one record; 0: the whole file
  std::int32_t channels = 1;  ///< raw numbers: values in a row
  std::vector<std::int32_t> size = {};  ///< images: height and width to scale to; empty: all must have one size
  bool grey = false;                    ///< images: one channel instead of three
  std::string table = "*.csv";  ///< manifest and records: the CSV; '*' stands for anything, one file must match (rows:
                                ///< one at least)
  std::string records = "*.bin";          ///< records: the binary file, likewise
  std::vector<std::string> columns = {};  ///< rows: the features; empty: all columns of numbers but class and group
  std::int32_t block = 0;            ///< rows, without a group column: so many rows on end are a group; 0: a file is
  std::string file_column = "file";  ///< manifest
  std::string class_column = "class";
  std::string group_column = "group";
  /// records: numbers of the table that become channels beside the record's own, the same in every row of it: "a",
  /// "a/b", "a/mean(b,8)", "a/median(b,8)" of columns a and b (or record.range, record.slope[60:130], ...); mean and
  /// median go over the group's last 8 lines; "log(...)" of them. docs/data.md.
  std::vector<std::string> features = {};
  bool standardise = false;  ///< records: each to mean 0 and deviation 1 for itself, whatever its gain and baseline
  /// records: the group's usual record is a moving mean of those so far, in which the newest weighs 1/usual (more among
  /// the first); 0: none. Features may compare a record with it: usual.range, similarity, difference. docs/data.md.
  std::int32_t usual = 0;
  std::vector<std::string> usual_if =
      {};                          ///< a record counts in it if all hold: "rr_prev/rr_next>0.9"; a feature, <, >
  bool beside_usual = false;       ///< records: the usual one becomes channels too; standardise then takes its numbers
  bool features_alone = false;     ///< records: the features are the whole input, one row of them
  std::string test_part = "t10k";  ///< idx: the pair of files that is for testing alone
  std::vector<std::string> rename = {};   ///< "0=normal": what a class is to be called instead of its name in the data
  std::vector<std::string> classes = {};  ///< take only these, in this order; empty: all there are, sorted
  std::string unlabelled = {};  ///< the class, by its name in the data, whose recordings are of no class; empty: none
};

/// Whether a class of the data, by its name there, is to be read.
bool takes_class(const FolderOptions& options, const std::string& name);

/// Reads a data set. Hidden files and files of other kinds are passed over. Io or BadInput name the file: a missing
/// folder, a class without recordings, a name without a group, whatever the format's reader refuses, recordings of
/// unlike rates, check_dataset's cases.
Result<Dataset> read_folder(const std::filesystem::path& folder, const FolderOptions& options);

}  // namespace mote
