// What a step of compression wins: bytes and cycles by the planner's estimate, and counted on the emulated board; and
// whether a project's limits are met. Where it stands: under `mote compress`, which prints and writes it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "board/measure.h"
#include "cli/session.h"
#include "data/preparation.h"
#include "train/recipe.h"

namespace mote::cli {

/// By the planner, without building. Absent: the planner cannot do it (a float model on a board without float kernels).
struct Costs {
  std::int64_t macs = 0;
  std::int64_t parameter_bytes = 0;  ///< constants of the graph itself
  std::optional<std::int64_t> constant_bytes, arena_bytes, instructions;
};
Costs estimate_costs(const Graph& graph, const Board& board);

/// Instructions that an int8 version of a float graph would take, by the planner: what channel pruning lowers. Ranges
/// of activations do not matter to it. 0 if it cannot be planned.
double int8_instructions(const Graph& float_graph, const Board& board);

/// Builds the graph for the board and runs some of the inputs there. `bit_exact` is set: against the reference.
Result<Report> measure_on_board(const Graph& graph, const Board& board, const InputSet& inputs, std::size_t samples,
                                const Session& session);

/// What a project allows, and the board has. Absent: no limit.
struct Wanted {
  double accuracy = 0;  ///< on the validation part
  std::optional<double> flash_bytes, ram_bytes, latency_ms, energy_uj;
};
Wanted wanted_of(const Limits& limits, const Board& board, double float_accuracy);

/// One line of the table.
struct CompressRow {
  std::string step;
  double accuracy = 0;  ///< on the validation part
  Costs costs;
  std::vector<std::string> missed;  ///< by estimate: "accuracy", "flash", "ram", "latency"
  std::optional<Report> measured;
};

/// Compares estimates with limits. Code, stack and cycles an instruction are taken from an earlier measurement where
/// there is one, and as nothing (1 cycle an instruction) where there is none: then only what surely misses is named.
std::vector<std::string> missed_by(const CompressRow& row, const Wanted& wanted, const Board& board,
                                   const std::optional<CompressRow>& measured_before);
/// The same for what was counted.
std::vector<std::string> missed_by(const Report& report, const Wanted& wanted);

std::string table_head();
/// `first`: the float model, which changes are against.
std::string table_line(const CompressRow& row, const CompressRow& first);
nlohmann::ordered_json row_json(const CompressRow& row, const CompressRow& first);

}  // namespace mote::cli
