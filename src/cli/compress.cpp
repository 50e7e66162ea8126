// `mote compress PROJECT.toml|MODEL [--data D] [--board B] -o OUT`: makes a trained float model smaller, by the methods
// asked for or, when none is, by those that the limits need, least harm first. Contract: docs/command_line.md.
#include "cli/session.h"

#ifdef MOTE_HAVE_TRAIN

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/compress_costs.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "import/import.h"
#include "passes/sensitivity.h"
#include "toolchain/toolchain.h"
#include "train/compressor.h"
#include "train/train_command.h"

namespace mote::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  fs::path source, project, data, out;
  std::string board, json, quantize, calibration, distill;
  bool equalise = false, bias_correction = false, adaround = false;
  double prune = 0, sparse = 0;
  std::string pattern;
  int qat = -1;        ///< epochs; -1: not asked
  int epochs = 0;      ///< of fine-tuning after pruning and distillation; 0: the project's
  int steps = 0;       ///< of pruning; 0: the project's
  double points = -1;  ///< percentage points that may be lost; below 0: one
  std::uint64_t seed = 0;

  bool asks() const {
    return !quantize.empty() || !calibration.empty() || !distill.empty() || equalise || bias_correction || adaround ||
           prune > 0 || sparse > 0 || !pattern.empty() || qat >= 0;
  }
};

/// A recipe for a model that comes without one: folders of classes, in the format that the first file shows.
Result<Recipe> guess_recipe(const fs::path& data, const Graph& model) {
  const Shape& input = model.tensor(model.inputs.at(0)).shape;
  std::string format;
  std::error_code ec;
  for (fs::recursive_directory_iterator at(data, ec), end; !ec && at != end && format.empty(); at.increment(ec)) {
    const std::string kind = at->path().extension().string();
    if (kind == ".csv" || kind == ".npy") format = kind.substr(1);
    if (kind == ".wav" || kind == ".flac") format = "audio";
    if (kind == ".png" || kind == ".jpg" || kind == ".jpeg") format = "image";
  }
  if (format.empty())
    return bad_input("holds no .csv, .npy, .wav, .flac, .png or .jpg; describe the data with --project project.toml",
                     data.string());
  std::string text =
      fmt::format("name = \"{}\"\n[input]\nnormalise = \"none\"\n[data]\nformat = \"{}\"\n", model.name, format);
  if (format == "image" && input.size() == 4)
    text += fmt::format("size = [{}, {}]\ngrey = {}\n", input[1], input[2], input[3] == 1);
  if (format != "image" && input.size() >= 2) text += fmt::format("window = {}\n", input[1]);
  return parse_recipe(text, data / "project.toml");
}

/// Finds model, recipe and preparation from what the user named.
Result<CompressorOptions> open_source(const Options& options) {
  CompressorOptions found;
  found.data = options.data;
  std::error_code ec;
  fs::path model = options.source;
  fs::path project = options.project;
  if (fs::is_directory(model, ec)) model /= "model_float.mir";
  if (model.extension() == ".toml") {
    project = model;
    model.clear();
  }
  if (!model.empty()) {
    MOTE_TRY(found.model, import_file(model));
    if (found.model->inputs.size() != 1) return bad_input("compress wants a model with one input", model.string());
    const fs::path beside = model.parent_path();
    if (project.empty() && fs::exists(beside / "project.toml", ec)) project = beside / "project.toml";
    if (fs::exists(beside / "preparation.json", ec)) {
      MOTE_TRY(const std::string text, read_text(beside / "preparation.json"));
      MOTE_TRY(found.preparation, parse_preparation(text, (beside / "preparation.json").string()));
    }
  }
  if (project.empty()) {
    if (options.data.empty())
      return bad_input("compress wants data: name its folder with --data, or a project.toml with --project",
                       options.source.string());
    MOTE_TRY(found.recipe, guess_recipe(options.data, *found.model));
  } else {
    MOTE_TRY(found.recipe, read_recipe(project));
  }
  return found;
}

Result<passes::Precision> precision_of(const std::string& name) {
  if (name.empty() || name == "int8" || name == "mixed") return passes::Precision{8, 8};
  if (name == "int4") return passes::Precision{4, 8};
  if (name == "16x8") return passes::Precision{8, 16};
  return bad_input(fmt::format("there is no \"{}\"; there are int8, int4, 16x8, mixed", name), "--quantize");
}

class CompressCommand {
 public:
  CompressCommand(const Options& options, const Session& session) : options_(options), session_(session) {}

  Result<int> run() {
    MOTE_TRY(CompressorOptions source, open_source(options_));
    apply_options(source.recipe);
    const std::string board = !options_.board.empty()        ? options_.board
                              : source.recipe.boards.empty() ? "nano33ble"
                                                             : source.recipe.boards[0];
    MOTE_TRY(board_, load_board(board));
    MOTE_TRY(FolderWriter out, FolderWriter::create(options_.out));
    const bool foreign = source.model && !source.preparation;
    MOTE_TRY(Compressor compressor, Compressor::create(std::move(source), bar()));
    compressor_ = &compressor;
    wanted_ = wanted_of(compressor.recipe().limits, board_, compressor.float_accuracy());
    if (options_.points >= 0) wanted_.accuracy = compressor.float_accuracy() - options_.points / 100;
    session_.say(fmt::format("board {}; wanted: {:.2f} % on the validation part{}", board_.name, 100 * wanted_.accuracy,
                             limits_text()));
    session_.say(table_head());
    add("float", compressor.float_accuracy(), compressor.float_graph());
    if (foreign) doubt_the_data();
    MOTE_TRY(const bool met, options_.asks() ? as_asked() : as_needed());
    if (interrupt_.asked()) return tool_failed("interrupted; nothing was written", compressor.recipe().name);
    if (!met && !options_.asks()) return nothing_meets();
    return finish(out, met);
  }

 private:
  ProgressFn bar() {
    return [this, shown = std::make_shared<ProgressBar>(session_)](const Progress& p) {
      const double done = p.epoch - 1 + static_cast<double>(p.step) / std::max(p.steps, 1);
      shown->draw(done / std::max(p.epochs, 1), fmt::format("{} epoch {}/{} loss {:.3f} accuracy {:.1f} %", p.phase,
                                                            p.epoch, p.epochs, p.loss, 100 * p.accuracy));
      return !interrupt_.asked();
    };
  }

  /// A trained model that guesses was not trained on such data.
  void doubt_the_data() const {
    const Graph& graph = compressor_->float_graph();
    const auto classes = static_cast<double>(graph.tensor(graph.outputs[0]).elements());
    if (compressor_->float_accuracy() < std::min(1.6 / classes, 1 / classes + 0.15))
      session_.say(
          "  little more than chance, before anything was done: is this the data that the model was trained for? "
          "input.normalise and data.classes of a --project say how it is fed");
  }

  void apply_options(Recipe& recipe) const {
    CompressSpec& spec = recipe.compress;
    if (!options_.calibration.empty()) spec.calibration = options_.calibration;
    spec.equalise = spec.equalise || options_.equalise;
    spec.bias_correction = spec.bias_correction || options_.bias_correction;
    spec.adaround = spec.adaround || options_.adaround;
    if (options_.qat > 0) spec.qat_epochs = options_.qat;
    if (options_.epochs > 0) spec.prune_epochs = options_.epochs;
    if (options_.epochs > 0) spec.sparsity_epochs = options_.epochs;
    if (options_.steps > 0) spec.prune_steps = options_.steps;
    if (options_.sparse > 0) spec.sparsity = options_.sparse;
    if (!options_.pattern.empty()) spec.sparsity_pattern = options_.pattern;
    if (options_.quantize == "int4") spec.qat_steps = "learned";
    if (!options_.distill.empty()) {
      recipe.distil.teacher.reset();
      recipe.distil.teacher_models = {options_.distill};
    }
    if (options_.seed > 0) recipe.train.seed = options_.seed;
  }

  std::string limits_text() const {
    std::string text;
    const auto put = [&](const char* what, const std::optional<double>& value, const char* unit) {
      if (value) text += fmt::format(", {} {:.6g} {}", what, *value, unit);
    };
    put("flash", wanted_.flash_bytes, "bytes");
    put("RAM", wanted_.ram_bytes, "bytes");
    put("latency", wanted_.latency_ms, "ms");
    put("energy", wanted_.energy_uj, "uJ");
    return text;
  }

  /// A row of the table.
  CompressRow& add(const std::string& step, double accuracy, const Graph& graph) {
    rows_.push_back({step, accuracy, estimate_costs(graph, board_), {}, std::nullopt});
    CompressRow& row = rows_.back();
    if (rows_.size() > 1 && graph.tensor(graph.inputs[0]).type != DType::f32)
      row.missed = missed_by(row, wanted_, board_, measured_);
    session_.say(table_line(row, rows_.front()));
    return row;
  }

  void take(const std::string& step, Quantised made) {
    add(step, made.accuracy, made.graph);
    candidate_ = std::move(made.graph);
  }

  bool missed(std::string_view what) const {
    const auto& list = rows_.back().missed;
    return std::find(list.begin(), list.end(), what) != list.end();
  }
  bool misses_cost() const {
    const auto& list = rows_.back().missed;
    return std::any_of(list.begin(), list.end(), [](const std::string& m) { return m != "accuracy"; });
  }

  /// Counts the candidate on the emulated board, if by estimate it misses nothing. True: it meets every limit.
  Result<bool> proves_itself() {
    CompressRow& row = rows_.back();
    if (!row.missed.empty()) return false;
    MOTE_TRY(row.measured, measure_on_board(*candidate_, board_, calibration_inputs(), 1, session_));
    measured_ = row;
    row.missed = missed_by(*row.measured, wanted_);
    if (!row.missed.empty())
      session_.say(fmt::format("  counted on {}: flash {}, RAM {} bytes: misses {}", board_.name,
                               row.measured->flash_bytes, row.measured->ram_bytes, fmt::join(row.missed, ", ")));
    return row.missed.empty();
  }

  /// The first calibration sample as an input set.
  InputSet calibration_inputs() const {
    InputSet set;
    const Bytes& bytes = compressor_->samples().front().front();
    const auto* values = reinterpret_cast<const float*>(bytes.data());
    set.values.assign(values, values + bytes.size() / sizeof(float));
    set.example = {static_cast<std::int32_t>(set.values.size())};
    set.labels = {0};
    set.recording = {0};
    return set;
  }

  Result<passes::PostTrainingOptions> post_training(const passes::Precision& precision) const {
    const CompressSpec& spec = compressor_->recipe().compress;
    passes::PostTrainingOptions how;
    MOTE_TRY(how.calibration.method, passes::parse_calibration(spec.calibration));
    how.calibration.percentile = spec.calibration_percentile;
    how.equalise = spec.equalise;
    how.bias_correction = spec.bias_correction;
    how.adaround = spec.adaround;
    how.quantize.precision = precision;
    return how;
  }

  CostFn cost() const {
    return [this](const Graph& graph) { return int8_instructions(graph, board_); };
  }

  /// Every method that the command line names, in the order in which they belong.
  Result<bool> as_asked() {
    MOTE_TRY(const passes::Precision precision, precision_of(options_.quantize));
    MOTE_TRY(const passes::PostTrainingOptions how, post_training(precision));
    if (options_.prune > 0) {
      const double before = cost()(compressor_->float_graph());
      MOTE_TRY_VOID(compressor_->prune(1 - options_.prune, cost()));
      add(fmt::format("channels pruned by {:g} %", 100 * options_.prune), compressor_->float_accuracy(),
          compressor_->float_graph());
      const double gone = 1 - cost()(compressor_->float_graph()) / before;
      if (gone < options_.prune - 0.02)
        session_.say(
            fmt::format("  {:.0f} % of the instructions are gone, by estimate: the rest (a front end, layers that are "
                        "narrow already) has no channels to lose; a smaller --prune may cost less accuracy",
                        100 * gone));
    } else if (!options_.distill.empty() && options_.qat < 0) {
      MOTE_TRY_VOID(compressor_->distil());
      add("distilled", compressor_->float_accuracy(), compressor_->float_graph());
    }
    if (compressor_->recipe().compress.wants_sparsity()) {
      MOTE_TRY(const double zeros, compressor_->sparsify());
      add(fmt::format("{:.0f} % of the weights zero", 100 * zeros), compressor_->float_accuracy(),
          compressor_->float_graph());
    }
    if (options_.quantize == "mixed") return quantise_mixed(how);
    const std::string bits = options_.quantize.empty() ? "int8" : options_.quantize;
    MOTE_TRY(Quantised made, compressor_->quantise(how));
    take(fmt::format("{} after training, {}", bits, describe(how)), std::move(made));
    if (options_.qat > 0) {
      MOTE_TRY(made, compressor_->fine_tune_quantised(how));
      take(fmt::format("{} with {} epochs of training", bits, options_.qat), std::move(made));
    }
    return proves_itself();
  }

  static std::string describe(const passes::PostTrainingOptions& how) {
    std::string text(passes::calibration_name(how.calibration.method));
    if (how.equalise) text += ", equalised";
    if (how.adaround) text += ", adaround";
    if (how.bias_correction && !how.adaround) text += ", bias";
    return text;
  }

  static passes::PostTrainingOptions better_methods() {
    passes::PostTrainingOptions better;
    better.calibration.method = passes::CalibrationMethod::mse;
    better.equalise = true;
    better.adaround = true;
    return better;
  }

  /// One precision, from the cheapest method to the dearest, until the accuracy is there.
  Result<bool> quantise_well(const std::string& bits, const passes::Precision& precision) {
    passes::PostTrainingOptions plain;
    plain.quantize.precision = precision;
    MOTE_TRY(Quantised made, compressor_->quantise(plain));
    take(bits + " after training, min-max", std::move(made));
    if (missed("accuracy")) {
      passes::PostTrainingOptions better = better_methods();
      better.quantize.precision = precision;
      MOTE_TRY(made, compressor_->quantise(better));
      take(fmt::format("{}, {}", bits, describe(better)), std::move(made));
    }
    if (missed("accuracy")) {
      MOTE_TRY(made, compressor_->fine_tune_quantised(plain));
      take(fmt::format("{} with {} epochs of training", bits, compressor_->recipe().compress.qat_epochs),
           std::move(made));
    }
    return proves_itself();
  }

  /// int4 weights where the outputs suffer least from it: as many as the accuracy allows, of three budgets.
  Result<bool> quantise_mixed(passes::PostTrainingOptions how) {
    const std::size_t count = std::min<std::size_t>(compressor_->samples().size(), 64);
    const auto samples = std::span(compressor_->samples()).first(count);
    const Graph& graph = compressor_->float_graph();
    MOTE_TRY(const passes::Calibration ranges, passes::calibrate(graph, samples));
    MOTE_TRY(const passes::SensitivityReport report, passes::measure_sensitivity(graph, ranges, samples));
    const auto whole = static_cast<double>(passes::weight_bytes(graph, {}));
    std::optional<Quantised> best;
    const auto keep_best = [&best](const Quantised& made) {
      if (!best || made.accuracy > best->accuracy) best = made;
    };
    for (const double share : {0.55, 0.7, 0.85}) {
      const auto bytes = static_cast<std::int64_t>(share * whole);
      const auto chosen = passes::choose_precision(graph, report, bytes);
      if (!chosen) continue;
      how.quantize = *chosen;
      MOTE_TRY(Quantised made, compressor_->quantise(how));
      keep_best(made);
      take(fmt::format("mixed, weights in {:.0f} % of the bytes", 100 * share), std::move(made));
      if (missed("accuracy") && options_.qat != 0 && (options_.qat > 0 || !options_.asks())) {
        MOTE_TRY(made, compressor_->fine_tune_quantised(how));
        keep_best(made);
        take("  with training", std::move(made));
      }
      if (!missed("accuracy")) break;
    }
    if (best && best->accuracy > rows_.back().accuracy) take("mixed, the most accurate of these", std::move(*best));
    if (!candidate_) return unsupported("no layer can have int4 weights", graph.name);
    return proves_itself();
  }

  /// The ladder: int8, then fewer channels, then fewer bits.
  Result<bool> as_needed() {
    MOTE_TRY(bool met, quantise_well("int8", {8, 8}));
    if (met) return true;
    const bool accuracy_short = missed("accuracy");
    double left = 1;
    for (const double keep : {0.7, 0.5, 0.35, 0.25}) {
      if (!misses_cost() || (accuracy_short && left == 1)) break;
      MOTE_TRY_VOID(compressor_->prune(keep / left, cost()));
      left = keep;
      add(fmt::format("channels pruned to {:g} %", 100 * keep), compressor_->float_accuracy(),
          compressor_->float_graph());
      MOTE_TRY(met, quantise_well(fmt::format("  int8 at {:g} %", 100 * keep), {8, 8}));
      if (met) return true;
    }
    // Fewer bits save flash; more of them in the activations save accuracy.
    compressor_->reset();
    if (missed("flash") || !accuracy_short) {
      MOTE_TRY(met, quantise_well("int4", {4, 8}));
      if (met) return true;
      if (missed("accuracy")) {
        MOTE_TRY(met, quantise_mixed(better_methods()));
        if (met) return true;
      }
    }
    if (accuracy_short) {
      MOTE_TRY(met, quantise_well("16x8", {8, 16}));
    }
    return met;
  }

  Result<int> nothing_meets() {
    const auto nearest = std::min_element(rows_.begin() + 1, rows_.end(), [](const auto& a, const auto& b) {
      if (a.missed.size() != b.missed.size()) return a.missed.size() < b.missed.size();
      return a.accuracy > b.accuracy;
    });
    MOTE_TRY_VOID(write_json(false, nullptr));
    return Error{Code::DoesNotFit,
                 fmt::format("no step meets the limits; the nearest, \"{}\", misses {}; a smaller network or looser "
                             "limits would help",
                             nearest->step, fmt::join(nearest->missed, ", ")),
                 compressor_->recipe().name};
  }

  Result<int> finish(FolderWriter& out, bool met) {
    // The test part: now, and only now.
    MOTE_TRY(TrainResult result, compressor_->finish(*candidate_));
    MOTE_TRY(const Report report, measure_on_board(*candidate_, board_, result.test_inputs, 16, session_));
    CompressRow& row = rows_.back();
    row.measured = report;
    if (!missed("accuracy")) row.missed = missed_by(report, wanted_);
    met = row.missed.empty();
    const auto interval = [](const Evaluation& e) {
      return fmt::format("{:6.2f} %  (95 % interval {:.1f} to {:.1f}, over recordings)", 100 * e.accuracy,
                         100 * e.accuracy_low, 100 * e.accuracy_high);
    };
    session_.say("float test accuracy       " + interval(result.test_float));
    session_.say("compressed test accuracy  " + interval(*result.test_int8));
    session_.say(fmt::format("counted on {}: {} instructions, RAM {} bytes, flash {} bytes; 16 test outputs {}",
                             board_.name, report.instructions ? fmt::format("{}", *report.instructions) : "?",
                             report.ram_bytes, report.flash_bytes,
                             report.bit_exact.value_or(false) ? "equal the reference, bit for bit" : "DIFFER"));
    const double limit = compressor_->recipe().limits.accuracy;
    if (limit > 0 && result.test_int8->accuracy < limit) {
      session_.say(
          fmt::format("limit accuracy: {:.2f} % MISSES {:.2f} %", 100 * result.test_int8->accuracy, 100 * limit));
      met = false;
    }
    if (!row.missed.empty()) session_.say(fmt::format("MISSES {}", fmt::join(row.missed, ", ")));
    MOTE_TRY_VOID(add_training(out, "", compressor_->recipe(), result));
    MOTE_TRY_VOID(out.add("compress.json", report_json(met, &result).dump(1) + "\n"));
    MOTE_TRY_VOID(out.commit());
    MOTE_TRY_VOID(write_json(met, &result));
    session_.say("wrote " + options_.out.string());
    return met && report.bit_exact.value_or(false) ? 0 : 1;
  }

  Json report_json(bool met, const TrainResult* result) const {
    Json json;
    json["project"] = compressor_->recipe().name;
    json["board"] = board_.name;
    json["seed"] = compressor_->recipe().train.seed;
    json["wanted"] = {{"validation_accuracy", wanted_.accuracy}};
    const auto put = [&](const char* what, const std::optional<double>& value) {
      if (value) json["wanted"][what] = *value;
    };
    put("flash_bytes", wanted_.flash_bytes);
    put("ram_bytes", wanted_.ram_bytes);
    put("latency_ms", wanted_.latency_ms);
    put("energy_uj", wanted_.energy_uj);
    json["steps"] = Json::array();
    for (const CompressRow& row : rows_) json["steps"].push_back(row_json(row, rows_.front()));
    json["met"] = met;
    if (result != nullptr) {
      json["test_accuracy_float"] = result->test_float.accuracy;
      json["test_accuracy"] = result->test_int8->accuracy;
      json["test_examples"] = result->test_float.examples;
    }
    return json;
  }

  Result<void> write_json(bool met, const TrainResult* result) const {
    if (options_.json.empty()) return {};
    return write_text(options_.json, report_json(met, result).dump(1) + "\n");
  }

  const Options& options_;
  const Session& session_;
  const InterruptWatch interrupt_;
  Board board_;
  Wanted wanted_;
  Compressor* compressor_ = nullptr;
  std::vector<CompressRow> rows_;
  std::optional<CompressRow> measured_;  ///< the last that was counted
  std::optional<Graph> candidate_;
};

}  // namespace

void add_compress(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(app, session, "compress", "Make a trained float model smaller: quantise, prune, distil",
                  [options, &session] { return CompressCommand(*options, session).run(); });
  command
      ->add_option("SOURCE", options->source,
                   "What `mote train` wrote, a float .tflite, .onnx or .mir, or a project.toml (trained first)")
      ->required();
  command->add_option("--data", options->data, "The data's folder, instead of the project's");
  command->add_option("--project", options->project, "The project.toml that describes the data of a foreign model");
  command->add_option("--board", options->board, "Whose limits and costs count (default: the project's first board)");
  command->add_option("-o,--output", options->out, "The folder to write")->required();
  command->add_option("--json", options->json, "Write every step as JSON");
  command->add_option("--quantize", options->quantize, "Bits of weights and activations")
      ->check(CLI::IsMember({"int8", "int4", "16x8", "mixed"}));
  command->add_option("--calibration", options->calibration, "How ranges of activations are chosen")
      ->check(CLI::IsMember({"min-max", "percentile", "mse", "entropy"}));
  command->add_flag("--equalise", options->equalise, "Even out channels between layers first");
  command->add_flag("--bias-correction", options->bias_correction, "Correct the means of layers");
  command->add_flag("--adaround", options->adaround, "Round weights so that outputs come out nearest");
  command->add_option("--prune", options->prune, "Share of the instructions that leaves with whole channels")
      ->check(CLI::Range(0.01, 0.99));
  command->add_option("--sparse", options->sparse, "Share of the weights of dense and 1x1 layers that become zero")
      ->check(CLI::Range(0.01, 0.99));
  command->add_option("--pattern", options->pattern, "Zeros by pattern: N of every M weights stay")
      ->check(CLI::IsMember({"2:4", "1:4", "2:8", "1:8"}));
  command->add_option("--qat", options->qat, "Epochs of quantisation-aware training")->check(CLI::Range(1, 100000));
  command->add_option("--distill", options->distill,
                      "A teacher: what `mote train` wrote, a .mir or a TorchScript file");
  command
      ->add_option("--epochs", options->epochs, "Epochs of fine-tuning after each step of pruning, or under a teacher")
      ->check(CLI::Range(1, 100000));
  command->add_option("--prune-steps", options->steps, "In how many steps channels leave")->check(CLI::Range(1, 100));
  command->add_option("--points", options->points, "Percentage points of accuracy that may be lost (default 1)")
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--seed", options->seed, "Instead of the project's");
}

}  // namespace mote::cli

#else

namespace mote::cli {

void add_compress(CLI::App& app, Session& session) {
  CLI::App* command =
      add_command(app, session, "compress", "Compress a model (not in this build)", []() -> Result<int> {
        return unsupported(
            "this mote was built without the trainer; build with -DMOTE_TRAIN=ON and LibTorch (libtorch-dev)");
      });
  command->allow_extras();
}

}  // namespace mote::cli

#endif
