// Runs a firmware on its board's emulator (host: as a program) for any number of samples and brings the outputs back.
// Where it stands: board, second step of measure. Nothing is waited for without limit; a fault is reported with its
// place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "board/build.h"

namespace mote {

struct RunOptions {
  bool count = false;       ///< load the counting plugin (emulated boards only); it also checks alignment
  double time_limit_s = 0;  ///< 0: default_time_limit
  std::function<void(const std::string&)> log;  ///< the emulator's command and output (-v); may be empty
};

/// Counts of one stretch of code, as averages over the samples, rounded. Deterministic: the same firmware and input
/// give the same.
struct Count {
  std::int64_t instructions = 0;
  std::int64_t cycles = 0;  ///< estimated from the target's table
  std::int64_t waits = 0;   ///< cycles that flash wait states add as the board comes; 0 where it does not describe them
};

/// The first access of a word at an address that is no multiple of its size, on a target without the feature
/// "unaligned".
struct Unaligned {
  std::uint64_t pc = 0;
  std::uint64_t address = 0;
};

struct Counts {
  Count total;
  Count invoke;                        ///< in the invoke function itself, between layers
  std::vector<Count> layers;           ///< in the order of Project::layers
  Count most;                          ///< of the costliest sample
  std::vector<std::int64_t> waits;     ///< of the total, in each of FlashTiming's modes; as many as the plugin can play
  std::optional<Unaligned> unaligned;  ///< the emulator lets it pass, the chip would not: `run` makes it an error
};

/// A layer's output of one sample.
struct LayerTrace {
  std::int64_t sample = 0;
  std::int64_t layer = 0;  ///< index into Project::layers
  Bytes bytes;
};

struct RunResult {
  std::int64_t samples = 0;
  std::vector<Bytes> outputs;               ///< one per model output: samples * bytes, little-endian
  std::optional<std::int64_t> stack_bytes;  ///< deepest use over all samples; absent on the host
  std::optional<Counts> counts;             ///< absent on the host or when not asked for
  std::vector<LayerTrace> trace;            ///< of a firmware built with trace
  double seconds = 0;                       ///< of this machine's time
};

/// `inputs`: one per model input, samples * bytes each (the same number of samples), little-endian, in the model's own
/// types. A stateful model is reset once, before the first sample. Errors: BadInput when sizes do not match; ToolFailed
/// naming the fault, the function it happened in and the sample when the firmware crashes or does not end in time.
Result<RunResult> run(const Firmware& firmware, const std::vector<Bytes>& inputs, const RunOptions& options = {});

/// Seconds: $MOTE_TIMEOUT, else 60 and more for every sample, by the model's MACs.
double default_time_limit(const Project& project, std::int64_t samples);

}  // namespace mote
