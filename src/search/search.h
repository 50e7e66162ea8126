// `mote search`: architectures and settings that fit a board, by NSGA-II over accuracy, instructions, RAM and flash.
// Candidates that cannot fit are never trained; the others climb the rungs of successive halving (Jamieson and
// Talwalkar 2016): the better half of a generation is trained on. What is left at the end is a Pareto front, measured
// on the emulated board, each point with a project.toml that `mote train` reproduces.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "board/board.h"
#include "board/measure.h"
#include "search/runner.h"
#include "search/store.h"

namespace mote::search {

struct SearchOptions {
  std::filesystem::path project;
  std::filesystem::path data;  ///< replaces the project's data folder; empty: does not
  std::string board;
  std::filesystem::path out;
  double seconds = 1800;    ///< of wall time, over all sessions of one call; begun trials end
  std::int32_t trials = 0;  ///< candidates that may be trained at all; 0: as many as the time allows
  std::uint32_t seed = 1;
  bool resume = false;  ///< go on from OUT.search, which an interrupted search leaves
  RunnerOptions runner;
};

struct FrontPoint {
  Candidate candidate;
  std::string settings;  ///< describe()
  Report report;         ///< measured on the emulated board
  bool within_limits = true;
  bool beats_reference = false;  ///< more accurate, and fewer instructions
};

struct SearchResult {
  Space space;
  std::vector<std::int32_t> rungs;              ///< epochs
  std::vector<Candidate> candidates;            ///< all, in the order of their coming
  std::vector<FrontPoint> front;                ///< by instructions, fewest first
  std::optional<FrontPoint> reference;          ///< on the front or not; none: it was not trained to the end
  std::vector<std::vector<std::string>> folds;  ///< groups of each; empty: one training a candidate
  double seconds = 0;
};

/// One line for people now and then.
using TellFn = std::function<void(const std::string&)>;

/// Writes OUT: search.json, search.sqlite, front/N/{project.toml, model_int8.mir}, the model only without folds, since
/// no fold's is what the project's split gives. While it works its state is in
/// OUT.search. `stop` is asked before every trial. DoesNotFit: no candidate of the space fits the board; BadInput as in
/// training.
Result<SearchResult> run_search(const SearchOptions& options, const TellFn& tell, const std::function<bool()>& stop);

/// search.json: fields with units as in the contract.
nlohmann::json to_json(const SearchResult& result, const SearchOptions& options);

}  // namespace mote::search
