// See steps.h.
#include "train/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ir/graph_file.h"
#include "ops/ops.h"
#include "train/network.h"
#include "train/prune.h"
#include "train/sparsify.h"
#include "train/taylor.h"
#include "train/unfold.h"

namespace mote {

namespace {

constexpr double kLeastAverage = 0.98;  ///< decay a step of the weights' average in fine-tuning

/// Several as one: the mean of what they hold likely, and all their features side by side.
Teacher together(std::vector<Teacher> teachers) {
  if (teachers.size() == 1) return teachers.front();
  return [teachers = std::move(teachers)](const Shown& shown) {
    at::Tensor likely;
    std::vector<at::Tensor> features;
    for (const Teacher& teacher : teachers) {
      const Taught one = teacher(shown);
      const at::Tensor share = at::softmax(one.logits, -1) / static_cast<double>(teachers.size());
      likely = likely.defined() ? likely + share : share;
      if (one.features.defined()) features.push_back(one.features);
    }
    Taught taught;
    taught.logits = likely.clamp_min(1e-9).log();
    if (features.size() == teachers.size()) taught.features = at::cat(features, 1);
    return taught;
  };
}

/// `number` from 1: each begins with other weights, and from the second on sees other batches too.
Result<Teacher> learn_teacher(const Recipe& recipe, std::int32_t number, const Task& task, const ProgressFn& progress) {
  const NetworkIo io = network_io(recipe, task);
  const std::uint64_t seed = recipe.train.seed + static_cast<std::uint64_t>(number);
  MOTE_TRY(Graph network, build_network(recipe.name + "_teacher", *recipe.distil.teacher, io, seed));
  MOTE_TRY(TorchGraph teacher, TorchGraph::create(std::move(network)));
  TrainSpec spec = recipe.train;
  spec.epochs = recipe.distil.teacher_epochs;
  spec.label_smoothing = recipe.distil.label_smoothing;
  spec.seed = seed - 1;
  FitOptions options;
  options.phase = recipe.distil.teachers == 1 ? "teacher" : fmt::format("teacher {}", number);
  MOTE_TRY([[maybe_unused]] const FitResult fitted,
           fit(teacher, task.training_set(), task.validation_inputs, spec, progress, options));
  return owning_teacher(std::move(teacher));
}

Result<Teacher> learn_teachers(const Recipe& recipe, const Task& task, const ProgressFn& progress) {
  std::vector<Teacher> teachers;
  for (std::int32_t number = 1; number <= recipe.distil.teachers; ++number) {
    MOTE_TRY(Teacher teacher, learn_teacher(recipe, number, task, progress));
    teachers.push_back(std::move(teacher));
  }
  return together(std::move(teachers));
}

Result<Teacher> load_teacher(const Recipe& recipe, std::filesystem::path path, const Task& task) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) path /= "model_float.mir";
  if (!std::filesystem::exists(path, ignored))
    return bad_input("there is no such teacher; it is a TorchScript file, a float .mir or what mote train wrote",
                     path.string());
  const bool mir = path.extension() == ".mir";
  if (!mir && recipe.augment.features.views > 0)
    return bad_input(
        "a TorchScript teacher takes waveforms, which are not there with augment.features.views; leave that out",
        path.string());
  if (!mir) return load_script_teacher(path, task, recipe.distil.teacher_channels_last);
  MOTE_TRY(Graph graph, load_graph(path, ops::find));
  auto teacher = TorchGraph::create(std::move(graph));
  if (!teacher) return std::move(teacher).error().at(path.string());
  const Graph& g = teacher->graph();
  if (g.inputs.size() != 1 || g.tensor(g.inputs[0]).elements() != element_count(task.preparation.example) ||
      g.tensor(g.outputs[0]).elements() != task.classes())
    return bad_input(fmt::format("does not take the data's examples ({}) and give {} classes",
                                 shape_text(task.preparation.example), task.classes()),
                     path.string());
  MOTE_TRY(Graph own, build_network(recipe.name, recipe.network, network_io(recipe, task), recipe.train.seed));
  MOTE_TRY(TorchGraph student, TorchGraph::create(std::move(own)));
  const bool same = same_front_end(*teacher, student);
  if (!same && recipe.augment.features.views > 0)
    return bad_input(
        "has another front end than the project, whose kept features it cannot be shown; leave "
        "augment.features.views out",
        path.string());
  return owning_teacher(std::move(*teacher), same);
}

Result<Teacher> load_teachers(const Recipe& recipe, const Task& task) {
  std::vector<Teacher> teachers;
  for (const auto& path : recipe.distil.teacher_models) {
    MOTE_TRY(Teacher teacher, load_teacher(recipe, path, task));
    teachers.push_back(std::move(teacher));
  }
  return together(std::move(teachers));
}

/// Classes that a teacher gives.
double accuracy_of(const Teacher& teacher, const InputSet& inputs, const Shape& example) {
  constexpr std::size_t kChunk = 256;
  std::vector<std::int64_t> shape{0};
  shape.insert(shape.end(), example.begin(), example.end());
  if (example.size() == 2) shape.insert(shape.begin() + 2, 1);
  std::vector<int> given;
  for (std::size_t begin = 0; begin < inputs.size(); begin += kChunk) {
    shape[0] = static_cast<std::int64_t>(std::min(begin + kChunk, inputs.size()) - begin);
    at::Tensor batch = at::empty(shape);
    std::copy_n(inputs[begin].data(), batch.numel(), batch.data_ptr<float>());
    const at::Tensor classes = teacher({batch, {}}).logits.argmax(1).contiguous();
    for (std::int64_t i = 0; i < shape[0]; ++i) given.push_back(static_cast<int>(classes.data_ptr<std::int64_t>()[i]));
  }
  return share_of_equals(given, inputs.labels);
}

}  // namespace

Result<Teacher> find_teacher(const Recipe& recipe, const Task& task, const ProgressFn& progress, double& accuracy) {
  MOTE_TRY(Teacher teacher,
           recipe.distil.teacher ? learn_teachers(recipe, task, progress) : load_teachers(recipe, task));
  accuracy = accuracy_of(teacher, task.validation_inputs, task.preparation.example);
  return teacher;
}

void summarise_parts(const Task& task, TrainResult& result) {
  result.train = summary(task.split.train, task.train.items.size());
  result.validation = summary(task.split.validation, task.validation.items.size());
  result.test = summary(task.split.test, task.test.items.size());
  result.unlabelled = summary(task.unlabelled, task.taught.items.size() - task.train.items.size());
}

FitOptions under_teacher(const Teacher& teacher, const DistilSpec& spec) {
  FitOptions options;
  options.teacher = teacher;
  options.teacher_weight = spec.weight;
  options.temperature = spec.temperature;
  options.label_smoothing = spec.label_smoothing;
  return options;
}

Result<passes::PostTrainingOptions> post_training_options(const CompressSpec& spec) {
  passes::PostTrainingOptions options;
  MOTE_TRY(options.calibration.method, passes::parse_calibration(spec.calibration));
  options.calibration.percentile = spec.calibration_percentile;
  options.equalise = spec.equalise;
  options.bias_correction = spec.bias_correction;
  options.adaround = spec.adaround;
  options.quantize.precision = spec.precision;
  options.quantize.layers = spec.layers;
  options.weight_bytes = spec.weight_bytes;
  return options;
}

Result<FakeQuantised> learn_quantised(const Recipe& recipe, const passes::PostTrained& from,
                                      const passes::QuantizeOptions& precision, const Task& task,
                                      const Teacher& teacher, const ProgressFn& progress) {
  MOTE_TRY(TorchGraph graph, TorchGraph::create(from.float_graph));
  MOTE_TRY(FakeQuantiser quantiser, FakeQuantiser::create(from.float_graph, from.calibration,
                                                          {precision, recipe.compress.qat_steps == "learned"}));
  TrainSpec spec = recipe.train;
  spec.epochs = recipe.compress.qat_epochs;
  spec.learning_rate = recipe.compress.qat_learning_rate;
  spec.warmup_epochs = 0;
  FitOptions options = under_teacher(teacher, recipe.distil);
  options.phase = "quantise";
  std::optional<Sparsifier> sparse;
  if (recipe.compress.wants_sparsity()) sparse = Sparsifier::keeping_zeros(graph);
  options.hooks = sparse ? sparse->hooks(quantiser.hooks()) : quantiser.hooks();
  options.learned = quantiser.learned();
  options.keep_start = true;
  MOTE_TRY(FitResult fitted, fit(graph, task.taught_set(), task.validation_inputs, spec, progress, options));
  if (sparse) sparse->apply();
  return FakeQuantised{std::move(graph), std::move(quantiser), std::move(fitted)};
}

Result<TorchGraph> prune(const Recipe& recipe, TorchGraph& whole, const Task& task, const Teacher& teacher,
                         const CostFn& cost, const ProgressFn& progress, std::vector<PruneRecord>& records) {
  const CompressSpec& spec = recipe.compress;
  const auto accuracy = [&](TorchGraph& graph) {
    return share_of_equals(predict(graph, task.validation_inputs), task.validation_inputs.labels);
  };
  const auto cost_of = [&](const Graph& g) { return cost ? cost(g) : static_cast<double>(count_macs(g)); };
  MOTE_TRY(Graph start, unfold_batch_norm(whole.write_back(), calibration_samples(task, spec.calibration_examples)));
  const double all = cost_of(start);
  const std::map<TensorId, std::int32_t> widths = group_widths(start);
  MOTE_TRY(TorchGraph now, TorchGraph::create(std::move(start)));
  for (std::int32_t step = 1; step <= spec.prune_steps; ++step) {
    const Graph before = now.write_back();
    const auto groups = find_channel_groups(before);
    const Importance importance = spec.importance == "l1" ? importance_l1(before, groups)
                                  : spec.importance == "batch_norm"
                                      ? importance_batch_norm(before, groups)
                                      : importance_taylor(now, task.training_set(), recipe.train, groups);
    const double wanted = all * std::pow(spec.keep_macs, static_cast<double>(step) / spec.prune_steps);
    PruneOptions how{wanted / cost_of(before), cost, spec.importance == "taylor"};
    how.widths = widths;
    MOTE_TRY(Graph smaller, prune_channels(before, importance, how));
    PruneRecord record{count_macs(before), count_macs(smaller), accuracy(now), 0, 0};
    MOTE_TRY(now, TorchGraph::create(std::move(smaller)));
    record.accuracy_pruned = accuracy(now);
    // Between the steps just enough that importance means something again; after the last as if it were new.
    TrainSpec fine = recipe.train;
    fine.epochs = spec.prune_epochs;
    fine.learning_rate = spec.prune_learning_rate;
    fine.patience = 0;
    // A smaller network's best epoch on a small validation part is luck: the average at the end of a schedule that
    // comes to rest is not.
    if (fine.schedule == "cosine") {
      fine.select = "last";
      fine.average = std::max(fine.average, kLeastAverage);
    }
    if (step < spec.prune_steps) {
      fine.epochs = std::max(1, spec.prune_epochs / 8);
      fine.schedule = "constant";
      fine.warmup_epochs = 0;
      fine.average = 0;
      fine.select = "last";
    }
    FitOptions options = under_teacher(teacher ? teacher : graph_teacher(whole), recipe.distil);
    options.phase = "prune";
    MOTE_TRY([[maybe_unused]] const FitResult fitted,
             fit(now, task.taught_set(), task.validation_inputs, fine, progress, options));
    record.accuracy_after = accuracy(now);
    records.push_back(record);
  }
  return now;
}

Result<TorchGraph> sparsify(const Recipe& recipe, TorchGraph& whole, const Task& task, const Teacher& teacher,
                            const ProgressFn& progress, double& zeros) {
  MOTE_TRY(Graph start,
           unfold_batch_norm(whole.write_back(), calibration_samples(task, recipe.compress.calibration_examples)));
  MOTE_TRY(TorchGraph now, TorchGraph::create(std::move(start)));
  Sparsifier sparsifier(now, recipe.compress);
  TrainSpec fine = recipe.train;
  fine.epochs = recipe.compress.sparsity_epochs;
  fine.learning_rate = recipe.compress.prune_learning_rate;
  fine.patience = 0;
  fine.select = "last";  // earlier epochs have fewer zeros
  FitOptions options = under_teacher(teacher ? teacher : graph_teacher(whole), recipe.distil);
  options.phase = "sparsify";
  options.hooks = sparsifier.hooks();
  options.on_step = [&sparsifier](double done) { sparsifier.at(done); };
  MOTE_TRY([[maybe_unused]] const FitResult fitted,
           fit(now, task.taught_set(), task.validation_inputs, fine, progress, options));
  sparsifier.apply();
  zeros = sparsifier.zeros();
  return now;
}

}  // namespace mote
