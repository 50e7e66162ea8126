// data -> train -> Graph: the whole way from a project and a folder of recordings to a float and an int8 model with
// their metrics. Where it stands: `mote train` calls it through train_command.h. The test part is looked at once, at
// the end.
#pragma once

#include <functional>
#include <optional>

#include "data/preparation.h"
#include "data/split.h"
#include "ir/graph.h"
#include "train/agreement.h"
#include "train/progress.h"
#include "train/recipe.h"

namespace mote {

/// What a step of channel pruning cost and won. Accuracies are on the validation part.
struct PruneRecord {
  std::int64_t macs_before = 0, macs_after = 0;
  double accuracy_before = 0;
  double accuracy_pruned = 0;  ///< before fine-tuning
  double accuracy_after = 0;
};

struct TrainResult {
  Graph float_graph;                ///< batch norm folded, activations fused; verified
  std::optional<Graph> int8_graph;  ///< absent with compress.quantise = "none"
  Preparation preparation;
  std::vector<std::string> notes;  ///< for the user: what training had to do without
  PartSummary train, validation, test;
  PartSummary unlabelled;  ///< learnt through a teacher alone; empty without data.unlabelled
  std::vector<EpochRecord> history;
  std::int32_t best_epoch = 0;
  std::string stopped;          ///< why training ended early; empty: it did not
  Evaluation validation_float;  ///< where anomalies are to be found, of alarms (kAlarmClasses), like all evaluations
  std::optional<Evaluation> validation_int8;  ///< only without the test part
  std::vector<PruneRecord> pruning;           ///< one a step; empty without pruning
  std::optional<double> zeros;                ///< share of zero weights where compress.sparsity put some
  Evaluation test_float;                      ///< by LibTorch, on the float graph
  std::optional<Evaluation> test_int8;        ///< by the integer reference, which boards equal bit for bit
  std::optional<Detection> detection_float,
      detection_int8;                    ///< of anomalies, on the test part, each with its threshold
  std::vector<EpochRecord> qat_history;  ///< quantisation-aware epochs; empty without them
  std::int32_t qat_best_epoch = 0;  ///< 0: none was better than the start, which is plain post-training quantisation
  std::optional<FloatAgreement> float_agreement;  ///< of LibTorch with the reference, on the test part
  std::optional<Agreement> qat_agreement;         ///< of LibTorch's fake quantisation with int8, on the test part
  std::optional<Agreement> exact_agreement;  ///< the same network evaluated in integer arithmetic's rounding (exact.h)
  std::optional<double> validation_teacher;  ///< accuracy of the distillation's teacher
  /// Of a classical model: share of test examples to which the shipped model and the library give the same class.
  std::optional<double> library_agreement;
  double int8_agreement = 0;  ///< share of test examples to which float and int8 give the same class
  InputSet test_inputs;
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
  double train_seconds = 0;  ///< wall time of the training loop
};

/// Whether training of a network is worth its time, asked when it is built: an error ends everything.
using NetworkCheck = std::function<Result<void>(const Recipe& recipe, const Graph& network)>;

/// How a training runs, as opposed to what is trained.
struct TrainControl {
  std::filesystem::path checkpoint = {};  ///< of the main training, written after every epoch; empty: none
  bool resume = false;                    ///< go on from it if it is there
  std::int32_t until = 0;                 ///< the main training ends after so many epochs for now; 0: it does not
  /// Folder where what the front end gave is kept for other networks on the same data (augment.features.views); empty:
  /// nowhere.
  std::filesystem::path features = {};
  bool test = true;  ///< false: the test part is left alone (a search must not see it) and its results are empty
  NetworkCheck check = {};
};

/// A project's task as trainer.cpp prepares it, for callers that train several times on the same data.
struct TaskData;
Result<TrainResult> train(const Recipe& recipe, TaskData data, const ProgressFn& progress,
                          const TrainControl& control = {});
/// `data` replaces the project's folder unless empty. Errors are BadInput with the file or setting.
Result<TrainResult> train(const Recipe& recipe, const std::filesystem::path& data, const ProgressFn& progress,
                          const TrainControl& control = {});

}  // namespace mote
