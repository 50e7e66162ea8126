// One file of recordings in, samples out, whatever its format. Where it stands: private to src/data, below folder.cpp
// and table.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "data/folder.h"

namespace mote {

/// What is in a file: samples with values, shape and source set; label and group are the caller's.
struct FileContents {
  std::vector<Sample> samples;
  std::vector<std::string> channels;  ///< names, where the format has them
  double rate_hz = 0;                 ///< where the format has it
};

/// Does the file's extension belong to the format? Raw numbers take "." + their name and ".bin".
bool has_format(const std::filesystem::path& file, const std::string& format);
/// Reads by options.format. BadInput or Io, naming the file.
Result<FileContents> read_recordings(const std::filesystem::path& file, const FolderOptions& options);

/// WAV, FLAC, OGG, AIFF by libsndfile: [frames, 1], channels averaged, values in [-1, 1].
Result<FileContents> read_audio(const std::filesystem::path& file);
/// PNG and JPEG: [height, width, 3 or 1], values 0..255; scaled to options.size by area averages.
Result<FileContents> read_image(const std::filesystem::path& file, const FolderOptions& options);
/// .npy: the first axis counts recordings.
Result<FileContents> read_npy_samples(const std::filesystem::path& file);
/// Numbers without a header: options.format, .channels, .rows.
Result<FileContents> read_raw(const std::filesystem::path& file, const FolderOptions& options);

/// Adds the file's samples to the data set with this label and group, checking that channels and rate agree with what
/// is there.
Result<void> append(Dataset& data, FileContents contents, int label, const std::string& group);

/// The layouts "manifest" and "records".
Result<Dataset> read_table(const std::filesystem::path& folder, const FolderOptions& options);

/// A file's name against one with a '*' in it.
bool fits_pattern(std::string_view name, std::string_view pattern);

/// The layout "rows": samples are [1, columns].
Result<Dataset> read_rows(const std::filesystem::path& folder, const FolderOptions& options);

/// The layout "idx": <part>-images-idx3-ubyte and <part>-labels-idx1-ubyte, packed by gzip (".gz") or not, for each
/// part. Samples are [height, width, 1] of 0..255; each is a group of its own, "<part>#00001" and so on.
Result<Dataset> read_idx(const std::filesystem::path& folder, const FolderOptions& options);

struct TextTable;
struct TableFeatures {
  std::vector<std::vector<float>> numbers;  ///< FolderOptions::features of each line; empty lists without any
  std::vector<std::vector<float>> usual;    ///< the group's usual record when the line came; empty without `usual`
};
/// Lines must stand in the order in which they were recorded: only those before, and the line itself, count. A number
/// that is missing (empty or negative) makes a plain column 0 and a quotient 1. BadInput names the feature, or the line
/// that holds no number.
Result<TableFeatures> table_features(const TextTable& table, std::span<const Sample> records,
                                     const FolderOptions& options, const std::string& where);

/// Finds the group in a name (FolderOptions::group).
Result<std::string> group_of(const std::string& name, const std::string& pattern, const std::string& where);

}  // namespace mote
