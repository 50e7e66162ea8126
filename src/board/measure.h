// The Report: what a model costs on a board. Where it stands: the end of the way: `measure(Folder, Board) -> Report`.
// Names of fields are those of the contract in the command line's documentation; units are in the names.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "board/board.h"
#include "board/build.h"
#include "board/run.h"

namespace mote {

/// Absent means "not measured on this board", never zero.
struct LayerReport {
  std::string name;
  std::string op;
  std::string kernel;
  std::int64_t macs = 0;
  std::int64_t instructions_predicted = 0;  ///< by the kernel's cost model when it was chosen; 0: unknown
  std::optional<std::int64_t> instructions;
  std::optional<std::int64_t> cycles_estimated;
  std::optional<std::int64_t> wait_cycles_estimated;
  std::optional<double> latency_ms_estimated;
  std::optional<double> energy_uj_estimated;
  std::int64_t arena_live_bytes = 0;
  std::int64_t constant_bytes = 0;
  std::int64_t output_bytes = 0;
};

struct Report {
  std::string model;
  std::string model_hash;
  std::string board;
  std::string target;
  std::int64_t samples = 0;  ///< counts are averages over these
  std::int64_t macs = 0;
  std::optional<std::int64_t> instructions;
  std::optional<std::int64_t> cycles_estimated;
  std::optional<std::int64_t> cycles_estimated_max;  ///< of the costliest sample
  std::optional<std::int64_t>
      wait_cycles_estimated;  ///< what flash wait states add as the board comes, where its file describes them
  std::vector<std::pair<std::string, std::int64_t>> wait_cycles_modes;  ///< and in every mode that it describes
  std::optional<double> latency_ms_estimated;                           ///< cycles at the board's clock
  std::optional<double> energy_uj_estimated;  ///< latency * voltage * active current, of one inference
  std::int64_t arena_bytes = 0;
  std::optional<std::int64_t> stack_bytes;  ///< deepest use of invoke and all it calls
  std::int64_t ram_bytes =
      0;  ///< what the model adds to an empty firmware's RAM (arena, state, variables), and its stack
  std::int64_t flash_bytes = 0;  ///< what the model adds to an empty firmware's flash: code_bytes + constant_bytes
  std::int64_t code_bytes = 0;
  std::int64_t constant_bytes = 0;
  std::optional<bool> bit_exact;  ///< set by verify, which has the reference
  std::string estimate_source;    ///< document behind the cycle table
  std::string energy_source;      ///< document behind the currents
  std::string wait_source;        ///< document behind the flash's wait states
  std::vector<LayerReport> layers;
};

struct MeasureResult {
  Report report;
  RunResult run;  ///< outputs of the samples
};

/// Builds the folder and an empty firmware for the board, runs `inputs` under the counting plugin, and reports.
Result<MeasureResult> measure(const Project& project, const Board& board, const std::vector<Bytes>& inputs,
                              const BuildOptions& build_options = {}, const RunOptions& run_options = {});

/// The same with inputs of zeros: one sample. Enough for sizes, and for counts wherever time does not depend on the
/// data.
Result<MeasureResult> measure(const Project& project, const Board& board, const BuildOptions& build_options = {});

/// The report as the contract's JSON. Absent values are null.
nlohmann::json to_json(const Report& report);

/// How long a battery lasts. `duty` parts: `inferences_per_hour` inferences of `energy_uj` each, sleep at `sleep_ua`
/// between them. Self-discharge, radio and sensors are not in it. Hours; infinite if nothing is drawn.
double battery_life_hours(double energy_uj, double inferences_per_hour, double sleep_ua, double battery_mah,
                          double voltage);

}  // namespace mote
