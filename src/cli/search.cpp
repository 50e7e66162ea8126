// `mote search PROJECT.toml --board BOARD -o OUT`: architectures and settings that fit the board.
#include "cli/session.h"

#ifdef MOTE_HAVE_TRAIN

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/files.h"
#include "cli/interrupt.h"
#include "report/search_page.h"
#include "search/search.h"

namespace mote::cli {
namespace {

struct Options : search::SearchOptions {
  std::string budget = "30m";
  std::string trial;
  std::string json;
  std::string html;
};

/// "90s", "30m", "2h" in seconds.
Result<double> parse_duration(const std::string& text) {
  char unit = 0;
  double number = 0;
  char rest = 0;
  const int read = std::sscanf(text.c_str(), "%lf%c%c", &number, &unit, &rest);
  const double factor = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 0;
  if (read != 2 || factor == 0 || !(number > 0) || number > 1e6)
    return bad_input(fmt::format("\"{}\" is no duration; write 90s, 30m or 2h", text), "--budget");
  return number * factor;
}

std::string front_table(const search::SearchResult& result) {
  std::string text = fmt::format("{:>5} {:>9} {:>13} {:>12} {:>9} {:>9} {:>9}  {}\n", "front", "val. acc.",
                                 "instructions", "cycles est.", "ms est.", "RAM B", "flash B", "settings");
  const auto row = [&](const std::string& name, const search::FrontPoint& p, const char* remark) {
    text +=
        fmt::format("{:>5} {:>7.2f} % {:>13} {:>12} {:>9.2f} {:>9} {:>9}  {}{}{}\n", name, 100 * p.candidate.accuracy,
                    p.report.instructions.value_or(0), p.report.cycles_estimated.value_or(0),
                    p.report.latency_ms_estimated.value_or(0), p.report.ram_bytes, p.report.flash_bytes, p.settings,
                    p.within_limits ? "" : "  (over a limit)", remark);
  };
  bool there = false;
  for (std::size_t i = 0; i < result.front.size(); ++i) {
    const search::FrontPoint& p = result.front[i];
    there = there || p.candidate.is_reference();
    row(std::to_string(i + 1), p,
        p.beats_reference ? "  (better than the reference in accuracy and instructions)" : "");
  }
  if (result.reference && !there) row("-", *result.reference, "");
  return text;
}

Result<int> search_command(Options& options, const Session& session) {
  if (!options.trial.empty()) {
    MOTE_TRY_VOID(search::run_trial(options.trial));
    return 0;
  }
  if (options.project.empty() || options.board.empty())
    return bad_input("needs a project and --board; see mote search --help", "mote search");
  if (options.out.empty()) {
    MOTE_TRY(const Recipe recipe, read_recipe(options.project));
    options.out = "search_" + recipe.name;
  }
  MOTE_TRY(options.seconds, parse_duration(options.budget));
  options.runner.mote = std::filesystem::read_symlink("/proc/self/exe");
  if (options.runner.workers == 0)
    options.runner.workers = static_cast<std::int32_t>(std::max(1U, std::thread::hardware_concurrency()));
  const InterruptWatch interrupt;
  const auto result = search::run_search(
      options, [&](const std::string& line) { session.say(line); }, [&] { return interrupt.asked(); });
  if (!result) return result.error();
  const auto trained = std::count_if(result->candidates.begin(), result->candidates.end(),
                                     [](const search::Candidate& c) { return c.rung >= 0; });
  const auto unfit = std::count_if(result->candidates.begin(), result->candidates.end(),
                                   [](const search::Candidate& c) { return !c.cost.obstacle.empty(); });
  session.say(fmt::format("{} candidates, {} of which cannot fit and {} were trained, in {:.0f} s",
                          result->candidates.size(), unfit, trained, result->seconds));
  session.say(front_table(*result));
  if (result->reference) {
    const auto better = std::count_if(result->front.begin(), result->front.end(),
                                      [](const search::FrontPoint& p) { return p.beats_reference; });
    session.say(fmt::format("{} of {} points are better than the reference in accuracy and instructions at once.",
                            better, result->front.size()));
  }
  const std::string project = fmt::format("`mote train {}/front/N/project.toml`", options.out.string());
  session.say(
      result->folds.empty()
          ? fmt::format("Accuracies are on the validation part; {} reproduces a point and tests it once.", project)
          : fmt::format("Accuracies are means over the folds, which served for choosing; {} trains a point on "
                        "the project's split and tests it once.",
                        project));
  const nlohmann::json json = to_json(*result, options);
  if (!options.json.empty()) MOTE_TRY_VOID(write_text(options.json, json.dump(1) + "\n"));
  if (!options.html.empty()) {
    MOTE_TRY(const std::string page, search_page(json));
    MOTE_TRY_VOID(write_text(options.html, page));
  }
  const bool any = std::any_of(result->front.begin(), result->front.end(),
                               [](const search::FrontPoint& p) { return p.within_limits; });
  return any ? 0 : 1;
}

}  // namespace

void add_search(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  options->runner.workers = 0;
  CLI::App* command = add_command(app, session, "search", "Search for networks and settings that fit a board",
                                  [options, &session] { return search_command(*options, session); });
  command->add_option("PROJECT", options->project, "A project.toml (see apps/)");
  command->add_option("--board", options->board, "A board's name (see `mote boards`) or a board file");
  command->add_option("--data", options->data, "The data's folder, instead of the project's");
  command->add_option("-o,--output", options->out, "The folder to write (default: search_NAME)");
  command->add_option("--budget", options->budget, "How long to search: 90s, 30m, 2h")->capture_default_str();
  command->add_option("--trials", options->trials, "At most so many candidates are trained (0: as time allows)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--seed", options->seed, "Of the search's own choices")->capture_default_str();
  command->add_option("--workers", options->runner.workers, "Trainings at once (0: one a core)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--runner", options->runner.program,
                      "A program that runs each generation's trials elsewhere, such as python/mote_ray.py");
  command->add_flag("--resume", options->resume, "Go on where an interrupted search stopped");
  command->add_option("--json", options->json, "Write the result as JSON");
  command->add_option("--html", options->html, "Write the Pareto front as one HTML page");
  command->add_option("--trial", options->trial, "Run one trial of a search (used by runners)")->group("");
}

}  // namespace mote::cli

#else

namespace mote::cli {

void add_search(CLI::App& app, Session& session) {
  CLI::App* command =
      add_command(app, session, "search", "Search for networks (not in this build)", []() -> Result<int> {
        return unsupported(
            "this mote was built without the trainer; build with -DMOTE_TRAIN=ON and LibTorch (libtorch-dev)");
      });
  command->allow_extras();
}

}  // namespace mote::cli

#endif
