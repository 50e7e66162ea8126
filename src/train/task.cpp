// See task.h.
#include "train/task.h"

#include <fmt/format.h>

#include <algorithm>

namespace mote {

Result<Task> prepare_task(const Recipe& recipe, const std::filesystem::path& folder) {
  Task p;
  MOTE_TRY(p.data, read_folder(folder.empty() ? recipe.data.folder : folder, recipe.data.files));
  MOTE_TRY(p.split, split_by_group(p.data, recipe.split));
  const DataSpec& spec = recipe.data;
  if (spec.rate_hz != 0 && p.data.rate_hz != 0 && spec.rate_hz != p.data.rate_hz)
    return bad_input(fmt::format("was sampled at {:g} Hz where data.rate_hz says {:g}", p.data.rate_hz, spec.rate_hz),
                     p.data.samples[0].source);
  MOTE_TRY(p.train, make_windows(p.data, p.split.train.samples, spec.window, spec.stride));
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
                   std::move(normalisation)};
  p.augmentation = recipe.augment;
  p.validation_inputs = make_inputs(p.data, p.validation, p.preparation.normalisation);
  return p;
}

NetworkIo network_io(const Recipe& recipe, const Task& task) {
  return {task.preparation.example, task.classes(), recipe.front_end, task.preparation.rate_hz};
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
