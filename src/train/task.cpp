// See task.h.
#include "train/task.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mote {

namespace {

std::vector<Sample> cut_into_pieces(std::vector<Sample> samples, std::int32_t rows) {
  std::vector<Sample> pieces;
  for (Sample& sample : samples) {
    if (sample.rows() <= rows) {
      pieces.push_back(std::move(sample));
      continue;
    }
    const std::int64_t each = rows * sample.row_size();
    for (std::int64_t first = 0; first + each <= static_cast<std::int64_t>(sample.values.size()); first += each) {
      Sample piece{{}, sample.shape, sample.label, sample.group, sample.source};
      piece.values.assign(sample.values.begin() + first, sample.values.begin() + first + each);
      piece.shape.front() = rows;
      pieces.push_back(std::move(piece));
    }
  }
  return pieces;
}

/// Unlabelled recordings, but those of groups that only validate or test, behind all others in the data; and what a
/// student under a teacher learns from.
Result<void> add_unlabelled(std::vector<Sample> unlabelled, const DataSpec& spec, Task& p) {
  p.taught = p.train;
  if (unlabelled.empty()) return {};
  std::set<std::string> kept_apart;
  for (const SplitPart* part : {&p.split.validation, &p.split.test})
    kept_apart.insert(part->groups.begin(), part->groups.end());
  for (const std::string& name : p.split.train.groups) kept_apart.erase(name);  // where all parts share groups
  std::set<std::string> groups;
  for (Sample& sample : unlabelled) {
    if (kept_apart.contains(sample.group)) continue;
    groups.insert(sample.group);
    p.unlabelled.samples.push_back(static_cast<std::int32_t>(p.data.samples.size()));
    p.data.samples.push_back(std::move(sample));
  }
  p.unlabelled.groups.assign(groups.begin(), groups.end());
  if (groups.empty())
    return bad_input(
        fmt::format("all unlabelled recordings are of groups that only validate or test; a recording's group "
                    "is what data.group finds in its name, such as \"{}\"",
                    unlabelled.front().group),
        "data.unlabelled");
  MOTE_TRY(const Examples more, make_windows(p.data, p.unlabelled.samples, p.train.rows, spec.stride));
  p.taught.items.insert(p.taught.items.end(), more.items.begin(), more.items.end());
  return {};
}

}  // namespace

Result<TaskData> read_task_data(const Recipe& recipe, const std::filesystem::path& folder) {
  TaskData read;
  MOTE_TRY(read.data, read_folder(folder.empty() ? recipe.data.folder : folder, recipe.data.files));
  if (read.data.classes.size() < 2 && !recipe.anomaly.wanted())
    return bad_input(fmt::format("has one class alone, \"{0}\"; a network tells two or more apart, or finds with "
                                 "[anomaly] normal = [\"{0}\"] what is unlike it",
                                 read.data.classes.front()),
                     (folder.empty() ? recipe.data.folder : folder).string());
  if (const FolderOptions& files = recipe.data.files; !files.unlabelled.empty() && read.data.unlabelled.empty())
    return bad_input(fmt::format("has no class \"{}\" (data.unlabelled); it has {}", files.unlabelled,
                                 fmt::join(read.data.classes, ", ")),
                     (folder.empty() ? recipe.data.folder : folder).string());
  if (recipe.data.piece > 0)
    for (auto* samples : {&read.data.samples, &read.data.unlabelled})
      *samples = cut_into_pieces(std::move(*samples), recipe.data.piece);
  const double wanted = recipe.data.rate_hz;
  const double rate = read.data.rate_hz != 0 ? read.data.rate_hz : wanted;
  if (wanted != 0 && rate != wanted)
    return bad_input(fmt::format("was sampled at {:g} Hz where data.rate_hz says {:g}", rate, wanted),
                     read.data.samples[0].source);
  if (recipe.speech.words.empty()) return read;
  if (!can_speak()) {
    read.notes.emplace_back(
        "espeak-ng is not installed, so there is no synthetic speech in this training; the accuracy will be lower");
    return read;
  }
  if (rate <= 0) return bad_input("needs the recordings' rate; set data.rate_hz", "speech");
  MOTE_TRY(read.spoken, speak(recipe.speech, read.data.classes, rate));
  return read;
}

Result<Task> prepare_task(const Recipe& recipe, const std::filesystem::path& folder) {
  MOTE_TRY(TaskData data, read_task_data(recipe, folder));
  return prepare_task(recipe, std::move(data));
}

Result<Task> prepare_task(const Recipe& recipe, TaskData read) {
  Task p;
  p.data = std::move(read.data);
  p.notes = std::move(read.notes);
  MOTE_TRY(p.split, split_by_group(p.data, recipe.split));
  if (!read.spoken.empty()) p.split.train.groups.push_back(read.spoken.front().group);
  for (Sample& sample : read.spoken) {
    p.split.train.samples.push_back(static_cast<std::int32_t>(p.data.samples.size()));
    p.data.samples.push_back(std::move(sample));
  }
  const DataSpec& spec = recipe.data;
  MOTE_TRY(p.train, make_windows(p.data, p.split.train.samples, spec.window, spec.stride));
  MOTE_TRY_VOID(add_unlabelled(std::move(p.data.unlabelled), spec, p));
  // Whole recordings: all parts must have the rows of the first.
  MOTE_TRY(p.validation, make_windows(p.data, p.split.validation.samples, p.train.rows, spec.stride));
  MOTE_TRY(p.test, make_windows(p.data, p.split.test.samples, p.train.rows, spec.stride));
  MOTE_TRY(Normalisation normalisation,
           fit_normalisation(spec.normalise, spec.percentile, p.data, p.split.train.samples));
  p.preparation = {recipe.name,
                   spec.files,
                   p.data.rate_hz != 0 ? p.data.rate_hz : spec.rate_hz,
                   p.train.rows,
                   spec.stride,
                   p.data.classes,
                   p.data.channels,
                   example_shape(p.data, p.train),
                   std::move(normalisation),
                   recipe.anomaly};
  p.augmentation = recipe.augment;
  p.validation_inputs = make_inputs(p.data, p.validation, p.preparation.normalisation);
  return p;
}

NetworkIo network_io(const Recipe& recipe, const Task& task) {
  return {task.preparation.example, task.finds_anomalies() ? 0 : task.classes(), recipe.front_end,
          task.preparation.rate_hz};
}

std::vector<passes::Sample> calibration_samples(const Task& p, std::int32_t wanted) {
  Examples chosen;
  chosen.rows = p.train.rows;
  const std::size_t all = p.train.items.size();
  const std::size_t count = std::min(all, static_cast<std::size_t>(wanted));
  for (std::size_t i = 0; i < count; ++i) chosen.items.push_back(p.train.items[i * all / count]);
  const InputSet inputs = make_inputs(p.data, chosen, p.preparation.normalisation);
  std::vector<passes::Sample> samples;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(inputs[i].data());
    samples.push_back({Bytes(bytes, bytes + inputs[i].size_bytes())});
  }
  return samples;
}

double share_of_equals(const std::vector<int>& a, const std::vector<int>& b) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) same += a[i] == b[i] ? 1U : 0U;
  return static_cast<double>(same) / static_cast<double>(std::max<std::size_t>(a.size(), 1));
}

}  // namespace mote
