// A hand-written emitted folder of two layers, for the tests of src/board: input i8[16], output i32[4].
// Layer 0 scales by a table of constants, layer 1 sums groups of four. `extra` C code runs at the start of layer 0.
#pragma once

#include <string>

#include "base/files.h"

namespace mote::testing {

struct TinyModel {
  std::string target = "portable";
  std::string extra = {};            ///< statements in layer 0
  std::string globals = {};          ///< declarations before the layers
  std::int64_t arena_bytes = 64;     ///< at least 48
  std::int64_t constant_bytes = 64;  ///< at least 16: the table's size
};

/// Writes the folder's files below `folder`.
Result<void> write_tiny_model(const std::filesystem::path& folder, const TinyModel& model);

/// 16 bytes a sample.
Bytes tiny_input(int samples);
/// What the model gives for it: 16 bytes (four int32) a sample.
Bytes tiny_output(const Bytes& input);

}  // namespace mote::testing
