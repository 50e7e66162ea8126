// `mote train PROJECT.toml [--data DIR] -o OUT`: data -> model, float and int8, with metrics.
#include "cli/session.h"

#ifdef MOTE_HAVE_TRAIN

#include <fmt/format.h>

#include "base/files.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/train_check.h"
#include "cli/training_page.h"
#include "data/anomaly_json.h"
#include "data/split.h"
#include "train/cross_validate.h"
#include "train/train_command.h"

namespace mote::cli {
namespace {

struct Options : TrainOptions {
  std::string json;
  std::string html;
  int folds = 0;  ///< of a cross-validation; 0: a plain training
};

/// Runs `work` with a progress function that draws the bar, and the bar; Ctrl-C makes it return false: training then
/// ends with the best state so far.
template <typename Work>
auto with_progress(const Session& session, const Work& work) {
  const InterruptWatch interrupt;
  ProgressBar bar(session);
  const ProgressFn progress = [&](const Progress& p) {
    const double epochs_done = p.epoch - 1 + static_cast<double>(p.step) / std::max(p.steps, 1);
    const auto scored = [&](double loss, double accuracy) {
      return p.classes ? fmt::format("loss {:.3f}, accuracy {:.1f} %", loss, 100 * accuracy)
                       : fmt::format("loss {:.4g}", loss);
    };
    bar.draw(epochs_done / std::max(p.epochs, 1),
             fmt::format("{} epoch {}/{} {}", p.phase, p.epoch, p.epochs, scored(p.loss, p.accuracy)));
    if (p.record != nullptr)
      bar.line(fmt::format("{} epoch {:3}/{}: {}, validation {}", p.phase, p.epoch, p.epochs,
                           scored(p.record->loss, p.record->accuracy),
                           scored(p.record->validation_loss, p.record->validation_accuracy)));
    return !interrupt.asked();
  };
  return work(progress, bar);
}

std::string fold_line(const FoldResult& fold) {
  return fmt::format("{:<28} {:>8} {:>6.1f} % {:>6.1f} %", list_of_names(fold.groups).substr(0, 28),
                     fold.test_float.examples, 100 * fold.test_float.accuracy,
                     100 * (fold.test_int8 ? fold.test_int8->accuracy : fold.test_float.accuracy));
}

Result<int> cross_validate(const Options& options, const Session& session) {
  MOTE_TRY(const CrossValidation all, with_progress(session, [&](const ProgressFn& progress, ProgressBar& bar) {
             const FoldFn told = [&bar](const FoldResult& fold, std::size_t i, std::size_t count) {
               bar.line(fmt::format("fold {}/{} in {:.0f} s: {}", i + 1, count, fold.seconds, fold_line(fold)));
             };
             return run_cross_validation(options, static_cast<std::size_t>(options.folds), progress, told);
           }));
  for (const std::string& note : all.notes) session.say("note: " + note);
  session.say(fmt::format("{:<28} {:>8} {:>8} {:>8}", "left out", "examples", "float", "int8"));
  for (const FoldResult& fold : all.folds) session.say(fold_line(fold));
  session.say(fmt::format("mean {:.2f} %, standard deviation {:.1f} over {} folds", 100 * all.mean, 100 * all.deviation,
                          all.folds.size()));
  session.say(
      fmt::format("{:<28} {:>8} {:>9} {:>8} {:>8}", "all folds together", "examples", "precision", "recall", "F1"));
  for (std::size_t c = 0; c < all.classes.size(); ++c) {
    const ClassMetrics& m = all.pooled.classes[c];
    session.say(fmt::format("{:<28} {:>8} {:>9.3f} {:>8.3f} {:>8.3f}", all.classes[c].substr(0, 28), m.examples,
                            m.precision, m.recall, m.f1));
  }
  session.say("wrote " + options.out.string());
  if (!options.json.empty()) {
    MOTE_TRY(const std::string text, read_text(options.out / "cross_validation.json"));
    MOTE_TRY_VOID(write_text(options.json, text));
  }
  return 0;
}

Result<int> train_command(Options options, const Session& session) {
  MOTE_TRY(options.check, check_for_boards(options.project));
  if (options.folds > 0 && !options.html.empty())
    return bad_input("is written of one training, not of a cross-validation", "--html");
  if (options.folds > 0) return cross_validate(options, session);
  const auto result =
      with_progress(session, [&](const ProgressFn& progress, ProgressBar&) { return run_train(options, progress); });
  if (!result) return result.error();
  for (const std::string& note : result->notes) session.say("note: " + note);

  const auto part = [](const char* name, const PartSummary& p) {
    return fmt::format("{:<11}{:>6} examples of {:>4} recordings from {}", name, p.examples, p.recordings,
                       p.groups.size() > 24 ? list_of_names(p.groups) : fmt::format("{}", fmt::join(p.groups, " ")));
  };
  const auto score = [](const char* name, const Evaluation& e) {
    return fmt::format("{:<24}{:6.2f} %  (95 % interval {:.1f} to {:.1f}, over recordings)", name, 100 * e.accuracy,
                       100 * e.accuracy_low, 100 * e.accuracy_high);
  };
  session.say(part("train", result->train));
  if (result->unlabelled.examples > 0) session.say(part("unlabelled", result->unlabelled));
  session.say(part("validation", result->validation));
  session.say(part("test", result->test));
  if (!result->stopped.empty()) session.say("stopped early: " + result->stopped);
  session.say(fmt::format("{} parameters, {} MACs, best epoch {}, trained in {:.0f} s", result->parameters,
                          result->macs, result->best_epoch, result->train_seconds));
  const auto detected = [&](const char* name, const std::optional<Detection>& d) {
    if (d) session.say(fmt::format("{}\n{}", name, detection_table(*d, result->preparation.classes)));
  };
  if (result->detection_float) {
    detected("test part, float", result->detection_float);
    detected("test part, int8", result->detection_int8);
  } else {
    session.say(score("float test accuracy", result->test_float));
    if (result->test_int8) session.say(score("int8 test accuracy", *result->test_int8));
  }
  session.say("wrote " + options.out.string());
  if (!options.json.empty()) {
    MOTE_TRY(const std::string metrics, read_text(options.out / "metrics.json"));
    MOTE_TRY_VOID(write_text(options.json, metrics));
  }
  if (!options.html.empty()) {
    MOTE_TRY_VOID(write_training_page(options.out, options.html));
    session.say("report: " + options.html);
  }
  return 0;
}

}  // namespace

void add_train(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, session, "train", "Train a network from a project file and data",
                                  [options, &session] { return train_command(*options, session); });
  command->add_option("PROJECT", options->project, "A project.toml (see apps/)")->required();
  command->add_option("--data", options->data, "The data's folder, instead of the project's");
  command->add_option("-o,--output", options->out, "The folder to write")->required();
  command->add_option("--metrics", options->metrics, "Write a JSON line after every epoch, while training runs");
  command->add_option("--tensorboard", options->tensorboard, "Write TensorBoard events into this folder, likewise");
  command->add_flag("--resume", options->resume, "Go on where an interrupted training stopped");
  command
      ->add_option("--cross-validate", options->folds,
                   "Train once a group (at most this many folds), each time tested on what was left out")
      ->expected(0, 1)
      ->default_str("10")
      ->check(CLI::Range(2, 1000));
  command->add_option("--json", options->json, "Write the metrics as JSON");
  command->add_option("--html", options->html, "Write the report as one HTML page");
}

}  // namespace mote::cli

#else

namespace mote::cli {

void add_train(CLI::App& app, Session& session) {
  CLI::App* command = add_command(app, session, "train", "Train a network (not in this build)", []() -> Result<int> {
    return unsupported(
        "this mote was built without the trainer; build with -DMOTE_TRAIN=ON and LibTorch (libtorch-dev)");
  });
  command->allow_extras();
}

}  // namespace mote::cli

#endif
