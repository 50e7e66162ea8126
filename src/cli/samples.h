// Samples for a model on a board: .npy files in and out, or made up for a check. One sample is one inference.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/npy.h"
#include "board/project.h"

namespace mote::cli {

/// `data[i]` holds all samples of input (or output) i one after another, as the model's own elements.
struct Samples {
  std::int64_t count = 0;
  std::vector<Bytes> data;
};

/// Reads `--input` arguments: `X.npy` for a model with one input, else `NAME=X.npy` or `0=X.npy` once each. Arrays are
/// [samples, ...shape] (a leading 1 of the shape may be left out) of the model's own element type; with `real` they are
/// float32 values that are quantised here. BadInput names the file and what was expected.
Result<Samples> read_samples(const std::vector<ProjectPort>& ports, const std::vector<std::string>& arguments,
                             bool real);

/// Made-up samples, always the same: integers over their full range, reals standard normal.
Samples random_samples(const std::vector<ProjectPort>& ports, std::int64_t count);

/// Writes `path` (one output) or `stem.0.npy`, `stem.1.npy`, ...; with `real`, dequantised to float32.
Result<void> write_samples(const std::vector<ProjectPort>& ports, const Samples& samples, const std::string& path,
                           bool real);

/// The samples of one port as an array [count, ...shape].
NpyArray to_array(const ProjectPort& port, const Bytes& data, std::int64_t count, bool real);

/// One element as a number, and as people write it.
double element_value(const NpyArray& array, std::int64_t index);
std::string element_text(const NpyArray& array, std::int64_t index);

}  // namespace mote::cli
