// See search.h.
#include "search/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "board/counter.h"
#include "ir/graph_file.h"
#include "ops/ops.h"
#include "search/evolve.h"
#include "search/pareto.h"
#include "toolchain/toolchain.h"
#include "train/network.h"
#include "train/task.h"

namespace mote::search {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kShareForSearch = 0.75;  ///< of the time; the rest trains the best to the last rung
constexpr std::int32_t kIdleGenerations = 25;
constexpr double kFar = 1e12;  ///< objectives of what does not fit
constexpr double kUnlimited = std::numeric_limits<double>::infinity();

std::vector<double> objectives(const Candidate& c) {
  const Cost& cost = c.cost;
  const std::vector<double> costs = {static_cast<double>(cost.instructions), static_cast<double>(cost.ram_bytes),
                                     static_cast<double>(cost.flash_bytes)};
  if (c.rung < 0 || !c.failure.empty()) return {2, kFar + costs[0], kFar + costs[1], kFar + costs[2]};
  return {1 - c.accuracy, costs[0], costs[1], costs[2]};
}

std::vector<std::vector<double>> objectives(const std::vector<Candidate>& candidates) {
  std::vector<std::vector<double>> points;
  for (const Candidate& c : candidates) points.push_back(objectives(c));
  return points;
}

/// Epochs of each rung: as the project says, else a ninth, a third and all.
std::vector<std::int32_t> rungs_of(const Recipe& recipe) {
  const std::int32_t all = recipe.train.epochs;
  std::vector<std::int32_t> rungs = recipe.search.epochs;
  if (rungs.empty()) rungs = {std::max(1, all / 9), std::max(1, all / 3)};
  rungs.push_back(all);
  std::sort(rungs.begin(), rungs.end());
  rungs.erase(std::unique(rungs.begin(), rungs.end()), rungs.end());
  while (rungs.back() > all) rungs.pop_back();
  return rungs;
}

class Search {
 public:
  Search(SearchOptions options, Recipe recipe, Board board, Space space, NetworkIo io,
         std::vector<std::vector<std::string>> folds, Store store, TellFn tell, std::function<bool()> stop)
      : options_(std::move(options)),
        recipe_(std::move(recipe)),
        board_(std::move(board)),
        space_(std::move(space)),
        io_(std::move(io)),
        folds_(std::move(folds)),
        store_(std::move(store)),
        tell_(std::move(tell)),
        stop_(std::move(stop)),
        rungs_(rungs_of(recipe_)) {}

  Result<SearchResult> run() {
    EvolveOptions evolution;
    for (const SearchChoice& choice : space_.choices)
      evolution.sizes.push_back(static_cast<std::int32_t>(choice.values.size()));
    evolution.population = recipe_.search.population;
    evolution.seed = options_.seed;
    MOTE_TRY(const std::vector<Candidate> before, store_.all());
    for (const Candidate& c : before) trained_ += c.rung >= 0 ? 1 : 0;
    MOTE_TRY_VOID(meet_reference());
    MOTE_TRY_VOID(evolve(evolution, [this](const std::vector<Genes>& batch) { return answer(batch); }));
    if (!trouble_) return std::move(trouble_).error();
    MOTE_TRY_VOID(finish_best());
    return collect();
  }

 private:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  bool wanted(double share) const { return !stop_() && seconds() < share * options_.seconds; }

  /// One generation: costs, then up the rungs. Empty: enough.
  std::vector<std::vector<double>> answer(const std::vector<Genes>& batch) {
    ++generation_;
    if (++idle_ > kIdleGenerations) return {};
    std::vector<Candidate> candidates;
    for (const Genes& genes : batch) {
      auto project = apply(space_, genes, recipe_.text);
      auto candidate = project ? meet(genes, *std::move(project)) : Result<Candidate>(std::move(project).error());
      if (!candidate) {
        trouble_ = std::move(candidate).error();
        return {};
      }
      candidates.push_back(*std::move(candidate));
    }
    for (std::int32_t rung = 0; rung < static_cast<std::int32_t>(rungs_.size()); ++rung) {
      if (Result<void> climbed = climb(candidates, rung, kShareForSearch); !climbed) {
        trouble_ = std::move(climbed).error();
        return {};
      }
      if (!wanted(kShareForSearch) || spent()) return {};
    }
    return objectives(candidates);
  }

  /// The project's own network, or the one it names, comes before all candidates.
  Result<void> meet_reference() {
    if (recipe_.search.reference == "none") return {};
    MOTE_TRY(const std::string project, reference_project(recipe_));
    MOTE_TRY(reference_, meet({}, project));
    if (!reference_->cost.obstacle.empty())
      tell_(fmt::format("the reference is not trained: {}", reference_->cost.obstacle));
    return {};
  }

  /// The candidate from the store, or a new one with its cost.
  Result<Candidate> meet(const Genes& genes, std::string project) {
    MOTE_TRY(std::optional<Candidate> known, store_.find_project(project));
    if (known) return *std::move(known);
    Candidate candidate;
    candidate.genes = genes;
    candidate.project = std::move(project);
    if (auto cost = cost_of(candidate.project); cost)
      candidate.cost = *std::move(cost);
    else
      candidate.cost.obstacle = cost.error().to_string();
    MOTE_TRY_VOID(store_.put(candidate));
    return candidate;
  }

  Result<Cost> cost_of(const std::string& project) const {
    MOTE_TRY(const Recipe recipe, parse_recipe(project, recipe_.file));
    NetworkIo io = io_;
    io.front_end = recipe.front_end;
    MOTE_TRY(const Graph network, build_network(recipe.name, recipe.network, io, recipe.train.seed));
    return estimate_cost(recipe, network, board_);
  }

  bool reference_usable() const {
    return reference_ && reference_->cost.obstacle.empty() && reference_->failure.empty();
  }

  bool spent() const { return options_.trials > 0 && trained_ >= options_.trials; }

  /// Trains to `rung` those that are worth it: the reference; on the first rung all that fit, above it the better half
  /// of those that reached the one below.
  Result<void> climb(std::vector<Candidate>& candidates, std::int32_t rung, double share) {
    std::vector<std::size_t> fit;
    std::vector<std::vector<double>> points;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Candidate& c = candidates[i];
      const bool twin = std::any_of(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(i),
                                    [&](const Candidate& other) { return other.id == c.id; });
      if (twin || !c.cost.obstacle.empty() || !c.failure.empty() || c.rung < rung - 1) continue;
      fit.push_back(i);
      points.push_back(objectives(c));
    }
    std::vector<std::size_t> order = pareto_order(points);
    if (rung > 0) order.resize((order.size() + 1) / 2);
    std::vector<Candidate*> chosen;
    if (reference_usable() && reference_->rung == rung - 1) chosen.push_back(&*reference_);
    for (const std::size_t i : order)
      if (candidates[fit[i]].rung < rung && !candidates[fit[i]].is_reference()) chosen.push_back(&candidates[fit[i]]);
    MOTE_TRY_VOID(train_to(chosen, rung, share));
    for (Candidate& c : candidates) {  // twins learn what their other got
      MOTE_TRY(const std::optional<Candidate> known, store_.find(c.genes));
      if (known) c = *known;
    }
    return {};
  }

  Result<void> train_to(std::vector<Candidate*> chosen, std::int32_t rung, double share) {
    if (rung == 0 && options_.trials > 0)
      chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(std::max(0, options_.trials - trained_))));
    std::vector<TrialSpec> trials;
    for (const Candidate* c : chosen) trials.push_back(spec_of(*c, rung));
    Result<void> outcome;
    const auto done = [&](std::size_t i) {
      Candidate& c = *chosen[i];
      const auto result = read_result(trials[i]);
      if (!result) {
        c.failure = result.error().to_string();
      } else {
        c.failure = result->failure;
        c.accuracy = result->accuracy;
        c.accuracy_float = result->accuracy_float;
        c.folds = result->folds;
        c.seconds += result->seconds;
      }
      if (c.rung < 0) ++trained_;
      idle_ = 0;
      c.rung = rung;
      if (auto put = store_.put(c); !put) outcome = std::move(put);
      tell_(line(c, rung));
    };
    MOTE_TRY_VOID(run_trials(
        trials, options_.runner, [&] { return wanted(share); }, done));
    return outcome;
  }

  TrialSpec spec_of(const Candidate& c, std::int32_t rung) const {
    const auto r = static_cast<std::size_t>(rung);
    return {c.project, recipe_.file,           options_.data, state_folder() / "trials" / std::to_string(c.id),
            rungs_[r], r + 1 == rungs_.size(), folds_};
  }

  fs::path state_folder() const { return fs::absolute(options_.out.string() + ".search"); }

  std::string line(const Candidate& c, std::int32_t rung) const {
    std::string result = c.failure.empty() ? fmt::format("{:.1f} %", 100 * c.accuracy) : c.failure;
    if (c.failure.empty() && !c.folds.empty()) {
      result += " of";
      for (const double accuracy : c.folds) result += fmt::format(" {:.1f}", 100 * accuracy);
    }
    const std::string who = c.is_reference() ? "reference" : fmt::format("candidate {:3}", c.id);
    return fmt::format("{:5.0f} s  generation {:2}, {}, {:3} epochs: {}  ({} instructions, RAM {}, flash {})",
                       seconds(), generation_, who, rungs_[static_cast<std::size_t>(rung)], result, c.cost.instructions,
                       c.cost.ram_bytes, c.cost.flash_bytes);
  }

  /// What the epochs up to the last rung will take, by those that it has had; somewhat too much, since features that
  /// are made once are in these.
  double seconds_left(const Candidate& c) const {
    const double had = rungs_[static_cast<std::size_t>(c.rung)];
    return c.seconds * (rungs_.back() - had) / had;
  }

  /// With the time that is left: what is not dominated climbs to the last rung, best accuracy first, if that will end
  /// in time; one always does.
  Result<void> finish_best() {
    const auto last = static_cast<std::int32_t>(rungs_.size()) - 1;
    for (bool first = true;; first = false) {
      MOTE_TRY(std::vector<Candidate> all, store_.all());
      std::erase_if(all, [](const Candidate& c) { return c.rung < 0 || !c.failure.empty(); });
      if (all.empty()) return no_candidate();
      const bool none_done = std::none_of(all.begin(), all.end(), [&](const Candidate& c) { return c.rung == last; });
      const bool one_must = first && none_done;
      if (!wanted(1) && !one_must) return {};
      std::vector<Candidate*> open;
      for (const std::size_t i : pareto_front(objectives(all)))
        if (all[i].rung < last) open.push_back(&all[i]);
      std::stable_sort(open.begin(), open.end(), [](const Candidate* a, const Candidate* b) {
        return std::pair(-a->rung, -a->accuracy) < std::pair(-b->rung, -b->accuracy);
      });
      for (Candidate& c : all)  // it is compared with, wherever it stands
        if (c.is_reference() && c.rung < last && std::find(open.begin(), open.end(), &c) == open.end())
          open.push_back(&c);
      if (!one_must)
        std::erase_if(open, [&](const Candidate* c) { return seconds() + seconds_left(*c) > options_.seconds; });
      if (open.empty()) return {};
      if (open.size() > static_cast<std::size_t>(options_.runner.workers))
        open.resize(static_cast<std::size_t>(options_.runner.workers));
      MOTE_TRY_VOID(train_to(open, last, one_must ? kUnlimited : 1));
      if (stop_()) return {};
    }
  }

  Result<void> no_candidate() const {
    MOTE_TRY(const std::vector<Candidate> all, store_.all());
    for (const Candidate& c : all)
      if (c.cost.obstacle.empty())
        return bad_input(c.failure.empty() ? "no candidate was trained within the time; allow more with --budget"
                                           : "every training failed; the last: " + c.failure,
                         options_.project.string());
    if (all.empty()) return bad_input("the search was stopped before it began", options_.project.string());
    const auto least = std::min_element(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
      return a.cost.ram_bytes + a.cost.flash_bytes < b.cost.ram_bytes + b.cost.flash_bytes;
    });
    return does_not_fit(
        fmt::format("none of {} candidates fits {}; the smallest {}", all.size(), board_.name, least->cost.obstacle),
        options_.project.string());
  }

  Result<SearchResult> collect() {
    SearchResult result;
    result.space = space_;
    result.rungs = rungs_;
    MOTE_TRY(result.candidates, store_.all());
    const auto last = static_cast<std::int32_t>(rungs_.size()) - 1;
    std::vector<Candidate> done;
    for (const Candidate& c : result.candidates)
      if (c.rung == last && c.failure.empty()) done.push_back(c);
    if (done.empty())
      return bad_input("was stopped before any candidate was trained to the end", options_.out.string());
    std::vector<FrontPoint> points;
    for (const std::size_t i : pareto_front(objectives(done))) {
      MOTE_TRY(FrontPoint point, point_of(done[i]));
      if (done[i].is_reference()) result.reference = point;
      points.push_back(std::move(point));
    }
    for (const Candidate& c : done)
      if (c.is_reference() && !result.reference) {
        MOTE_TRY(result.reference, point_of(c));
      }
    // Estimates order the measured costs nearly, not quite.
    std::vector<std::vector<double>> measured_objectives;
    for (const FrontPoint& p : points)
      measured_objectives.push_back({1 - p.candidate.accuracy, static_cast<double>(p.report.instructions.value_or(0)),
                                     static_cast<double>(p.report.ram_bytes),
                                     static_cast<double>(p.report.flash_bytes)});
    for (const std::size_t i : pareto_front(measured_objectives)) result.front.push_back(std::move(points[i]));
    std::stable_sort(result.front.begin(), result.front.end(), [](const FrontPoint& a, const FrontPoint& b) {
      return a.report.instructions.value_or(0) < b.report.instructions.value_or(0);
    });
    for (FrontPoint& p : result.front)
      p.beats_reference = result.reference && p.candidate.accuracy > result.reference->candidate.accuracy &&
                          p.report.instructions.value_or(0) < result.reference->report.instructions.value_or(0);
    result.folds = folds_;
    result.seconds = seconds();
    return result;
  }

  Result<FrontPoint> point_of(const Candidate& c) const {
    FrontPoint point{c, describe(space_, c.genes), {}};
    MOTE_TRY(point.report, measured(c));
    const Limits& limits = recipe_.limits;
    const auto within = [](const auto& value, const auto limit) { return limit <= 0 || value <= limit; };
    point.within_limits = within(point.report.ram_bytes, limits.ram_bytes) &&
                          within(point.report.flash_bytes, limits.flash_bytes) &&
                          within(point.report.latency_ms_estimated.value_or(0), limits.latency_ms) &&
                          within(point.report.energy_uj_estimated.value_or(0), limits.energy_uj);
    return point;
  }

  /// Compiled and run on the board's emulator.
  Result<Report> measured(const Candidate& c) const {
    CompileOptions options;
    options.model = (spec_of(c, 0).folder / "model_int8.mir").string();
    options.board = options_.board;
    MOTE_TRY(const ProjectSource source, open_project(options));
    MOTE_TRY(MeasureResult measurement, measure(source.project, board_));
    return std::move(measurement.report);
  }

  SearchOptions options_;
  Recipe recipe_;
  Board board_;
  Space space_;
  NetworkIo io_;
  std::vector<std::vector<std::string>> folds_;
  Store store_;
  std::optional<Candidate> reference_;
  TellFn tell_;
  std::function<bool()> stop_;
  std::vector<std::int32_t> rungs_;
  Clock::time_point begin_ = Clock::now();
  std::int32_t generation_ = 0;
  std::int32_t trained_ = 0;
  std::int32_t idle_ = 0;  ///< generations since something was trained: the space is used up, or nothing fits
  Result<void> trouble_;
};

/// What makes two searches the same, so that one may go on where the other was.
Result<std::string> fingerprint(const SearchOptions& options, const Recipe& recipe) {
  std::string reference;
  if (recipe.search.reference != "none") {
    MOTE_TRY(reference, reference_project(recipe));
  }
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}", recipe.text, reference, options.board, options.seed, options.data.string());
  return sha256_hex(Bytes(text.begin(), text.end()));
}

/// OUT's files besides search.json, from the state folder.
Result<void> fill(FolderWriter& out, const SearchResult& result, const fs::path& state) {
  std::error_code ec;
  for (std::size_t i = 0; i < result.front.size(); ++i) {
    const fs::path folder = fmt::format("front/{}", i + 1);
    MOTE_TRY_VOID(out.add(folder / "project.toml", result.front[i].candidate.project));
    const fs::path trial = state / "trials" / std::to_string(result.front[i].candidate.id);
    for (const char* name : {"model_int8.mir", "model_int8.npz"}) {
      if (!result.folds.empty() || !fs::exists(trial / name, ec)) continue;
      fs::copy_file(trial / name, out.path() / folder / name, ec);
      if (ec) return io_error("cannot be copied: " + ec.message(), (trial / name).string());
    }
  }
  fs::copy_file(state / "search.sqlite", out.path() / "search.sqlite", ec);
  if (ec) return io_error("cannot be copied: " + ec.message(), (state / "search.sqlite").string());
  return out.add("mote.json", "{\"format\": 1, \"kind\": \"search\"}\n");
}

}  // namespace

Result<SearchResult> run_search(const SearchOptions& options, const TellFn& tell, const std::function<bool()>& stop) {
  MOTE_TRY(const Recipe recipe, read_recipe(options.project));
  if (recipe.anomaly.wanted())
    return unsupported("a search judges by classes, which a project with [anomaly] has not", options.project.string());
  MOTE_TRY(Board board, load_board(options.board));
  if (!board.is_host()) MOTE_TRY_VOID(find_counter());  // what measures the front at the end: better told now
  MOTE_TRY(Space space, make_space(recipe));
  MOTE_TRY(FolderWriter out, FolderWriter::create(options.out));
  const fs::path state = fs::absolute(options.out.string() + ".search");
  std::error_code ec;
  if (fs::exists(state, ec) && !options.resume)
    return bad_input("a search was left there; go on with --resume, or delete it", state.string());
  MOTE_TRY(const std::string print, fingerprint(options, recipe));
  MOTE_TRY(TaskData read, read_task_data(recipe, options.data));  // bad data is told before any work
  std::vector<std::vector<std::string>> folds;
  if (recipe.search.folds > 0) {
    MOTE_TRY(folds, folds_beside_test(read.data, recipe.split, static_cast<std::size_t>(recipe.search.folds)));
  }
  MOTE_TRY(const Task task, prepare_task(recipe, std::move(read)));
  NetworkIo io = network_io(recipe, task);
  fs::create_directories(state, ec);
  MOTE_TRY(Store store, Store::open(state / "search.sqlite", print));
  SearchOptions absolute = options;
  if (!options.data.empty()) absolute.data = fs::absolute(options.data);
  Search search(absolute, recipe, std::move(board), std::move(space), std::move(io), std::move(folds), std::move(store),
                tell, stop);
  MOTE_TRY(SearchResult result, search.run());
  MOTE_TRY_VOID(fill(out, result, state));
  MOTE_TRY_VOID(out.add("search.json", to_json(result, options).dump(1) + "\n"));
  MOTE_TRY_VOID(out.commit());
  if (!stop()) fs::remove_all(state, ec);
  return result;
}

namespace {

nlohmann::json candidate_json(const Candidate& c, const SearchResult& result) {
  nlohmann::json json = {{"id", c.id},
                         {"settings", describe(result.space, c.genes)},
                         {"macs", c.cost.macs},
                         {"parameters", c.cost.parameters},
                         {"instructions_estimated", c.cost.instructions},
                         {"ram_bytes_estimated", c.cost.ram_bytes},
                         {"flash_bytes_estimated", c.cost.flash_bytes},
                         {"obstacle", c.cost.obstacle},
                         {"epochs", c.rung < 0 ? 0 : result.rungs[static_cast<std::size_t>(c.rung)]},
                         {"validation_accuracy", c.accuracy},
                         {"failure", c.failure}};
  if (!c.folds.empty()) json["fold_accuracies"] = c.folds;
  if (c.is_reference()) json["reference"] = true;
  return json;
}

nlohmann::json point_json(const FrontPoint& point) {
  nlohmann::json json = to_json(point.report);
  json.erase("layers");
  json["id"] = point.candidate.id;
  json["settings"] = point.settings;
  json["validation_accuracy"] = point.candidate.accuracy;
  json["validation_accuracy_float"] = point.candidate.accuracy_float;
  if (!point.candidate.folds.empty()) json["fold_accuracies"] = point.candidate.folds;
  json["within_limits"] = point.within_limits;
  return json;
}

}  // namespace

nlohmann::json to_json(const SearchResult& result, const SearchOptions& options) {
  const bool folds = !result.folds.empty();
  nlohmann::json json = {
      {"board", options.board},
      {"seed", options.seed},
      {"rungs_epochs", result.rungs},
      {"note", folds ? "accuracies are means over folds of groups that were left out, which served for choosing; the "
                       "test part was not touched"
                     : "accuracies are on the validation part; the test part was not touched"}};
  if (folds) json["folds"] = result.folds;
  for (const SearchChoice& choice : result.space.choices)
    json["space"].push_back({{"setting", choice.setting}, {"values", choice.values}});
  for (const Candidate& c : result.candidates) json["candidates"].push_back(candidate_json(c, result));
  for (std::size_t i = 0; i < result.front.size(); ++i) {
    const FrontPoint& point = result.front[i];
    nlohmann::json entry = point_json(point);
    entry["project"] = fmt::format("front/{}/project.toml", i + 1);
    if (point.candidate.is_reference()) entry["reference"] = true;
    if (result.reference) entry["beats_reference"] = point.beats_reference;
    json["front"].push_back(std::move(entry));
  }
  if (result.reference) json["reference"] = point_json(*result.reference);
  return json;
}

}  // namespace mote::search
