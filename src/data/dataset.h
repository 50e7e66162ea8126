// Labelled data as plain C++: recordings as they stand in files, and the examples that a network sees of them.
// Where it stands: the readers of src/data make a Dataset; `split`, `fit_normalisation` and the trainer read it. No
// LibTorch here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/graph.h"

namespace mote {

constexpr int kUnlabelled = -1;

/// One recording: a file, or a row of one.
struct Sample {
  std::vector<float> values;  ///< row-major, as many as the shape says; finite
  Shape shape;                ///< series: rows (time) x channels; image: height x width x channels
  int label = 0;              ///< into Dataset::classes, or kUnlabelled
  std::string group;          ///< who or what was recorded; a group never stands on both sides of a split
  std::string source;         ///< the file, for messages

  std::int32_t rows() const { return shape.front(); }
  /// Values of one row.
  std::int64_t row_size() const { return element_count(shape) / shape.front(); }
};

struct Dataset {
  std::vector<std::string> classes;   ///< sorted
  std::vector<std::string> channels;  ///< names of the innermost axis, or empty
  std::vector<Sample> samples;        ///< in order of class and file name
  std::vector<Sample> unlabelled;     ///< of no class: label kUnlabelled. For teachers to speak about, nothing else
  double rate_hz = 0;                 ///< rows a second where the files say so (audio), else 0
};

/// A part of a recording: `rows` rows from `first_row` on. Rows outside of the recording count as 0 (short clips are
/// padded).
struct Example {
  std::int32_t sample = 0;
  std::int32_t first_row = 0;
};

/// What the network sees of a set of recordings.
struct Examples {
  std::vector<Example> items;
  std::int32_t rows = 0;
};

/// Windows of `length` rows, each `stride` after the one before, that lie wholly inside their recording; a recording
/// shorter than `length` gives one example, centred and padded. `length` 0: whole recordings, which then must all have
/// the same number of rows. `which` lists samples. BadInput names a recording that does not fit.
Result<Examples> make_windows(const Dataset& data, std::span<const std::int32_t> which, std::int32_t length,
                              std::int32_t stride);

/// Copies the example's rows, moved by `shift` rows (as far as the recording goes, if it is longer than the example),
/// into `out`, which has rows * row_size elements.
void copy_example(const Dataset& data, const Examples& examples, const Example& example, std::int32_t shift,
                  std::span<float> out);

/// Shape of one example: the samples' shape with `rows` in front.
Shape example_shape(const Dataset& data, const Examples& examples);

/// Every promise above; called by the readers at their end. BadInput names the file: a value that is not finite,
/// another shape behind the first axis than the first sample's, a class without samples, no samples at all.
Result<void> check_dataset(const Dataset& data, const std::string& where);

}  // namespace mote
