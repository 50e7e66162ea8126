// See runner.h.
#include "search/runner.h"

#include <fmt/format.h>

#include <csignal>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/files.h"
#include "board/process.h"

namespace mote::search {
namespace fs = std::filesystem;
namespace {

constexpr double kTrialSeconds = 24 * 3600;

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
}

Result<void> run_program(const std::vector<TrialSpec>& trials, const RunnerOptions& options) {
  nlohmann::json batch = {{"command", {options.mote.string(), "-q", "search", "--trial"}},
                          {"specs", nlohmann::json::array()}};
  for (const TrialSpec& trial : trials) {
    MOTE_TRY(const fs::path spec, write_spec(trial));
    batch["specs"].push_back(spec.string());
  }
  const fs::path file = trials[0].folder.parent_path() / "batch.json";
  MOTE_TRY_VOID(write_text(file, batch.dump(1) + "\n"));
  ProcessOptions process;
  process.time_limit_s = kTrialSeconds;
  MOTE_TRY(const ProcessEnd end, run_process({"/bin/sh", "-c", options.program + " \"$0\"", file.string()}, process));
  if (!end.succeeded()) return tool_failed("the runner failed: " + last_line(end.err), options.program);
  return {};
}

}  // namespace

Result<void> run_trials(const std::vector<TrialSpec>& trials, const RunnerOptions& options,
                        const std::function<bool()>& wanted, const std::function<void(std::size_t)>& done) {
  if (trials.empty()) return {};
  if (!options.program.empty()) {
    MOTE_TRY_VOID(run_program(trials, options));
    for (std::size_t i = 0; i < trials.size(); ++i) done(i);
    return {};
  }
  std::mutex mutex;
  std::size_t upcoming = 0;
  Result<void> outcome;
  const auto work = [&] {
    while (true) {
      std::size_t mine = 0;
      {
        const std::lock_guard lock(mutex);
        if (upcoming >= trials.size() || !outcome || !wanted()) return;
        mine = upcoming++;
      }
      ProcessOptions process;
      process.time_limit_s = kTrialSeconds;
      Result<void> result;
      if (auto spec = write_spec(trials[mine]); !spec) {
        result = std::move(spec).error();
      } else if (auto end = run_process({options.mote.string(), "-q", "search", "--trial", spec->string()}, process);
                 !end) {
        result = std::move(end).error();
      } else if (end->signal == SIGINT) {  // Ctrl-C reaches the trials too; their checkpoints stay
        return;
      } else if (!end->succeeded()) {
        result = tool_failed(fmt::format("a trial ended badly: {}", last_line(end->err)), spec->string());
      }
      const std::lock_guard lock(mutex);
      if (!result)
        outcome = std::move(result);
      else
        done(mine);
    }
  };
  std::vector<std::thread> workers;
  for (std::int32_t w = 1; w < options.workers; ++w) workers.emplace_back(work);
  work();
  for (std::thread& worker : workers) worker.join();
  return outcome;
}

}  // namespace mote::search
