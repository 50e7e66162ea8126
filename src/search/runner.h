// Runs trials: several processes at once on this machine, or whatever a program such as python/mote_ray.py makes of
// them. Where it stands: private to src/search.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "search/trial.h"

namespace mote::search {

struct RunnerOptions {
  std::filesystem::path mote;  ///< the program, for `mote search --trial`
  std::int32_t workers = 1;    ///< processes at once
  /// A program that is given the path of a JSON file {"command": [...], "specs": [...]} and must see to it that
  /// `command spec` was run for every spec when it ends; empty: processes here.
  std::string program;
};

/// Runs all trials that `wanted` still says yes to when their turn comes; each leaves its result.json. `done` is called
/// after each, one at a time. ToolFailed: a process could not be started, or the program failed.
Result<void> run_trials(const std::vector<TrialSpec>& trials, const RunnerOptions& options,
                        const std::function<bool()>& wanted, const std::function<void(std::size_t)>& done);

}  // namespace mote::search
