// See split.h.
#include "data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "data/random.h"

namespace mote {
namespace {

enum class Side : std::uint8_t { train, validation, test };
using Sides = std::map<std::string, Side, std::less<>>;

/// The classes of each group.
using Classes = std::map<std::string, std::set<int>, std::less<>>;

Result<void> assign_named(Sides& sides, const std::vector<std::string>& names, Side side, const std::string& field) {
  for (const std::string& name : names) {
    const bool open = name.ends_with('*');
    const std::string_view begin = std::string_view(name).substr(0, name.size() - (open ? 1 : 0));
    bool found = false;
    for (auto at = sides.lower_bound(begin); at != sides.end() && at->first.starts_with(begin); ++at) {
      if (!open && at->first != begin) break;
      if (at->second != Side::train) return bad_input(fmt::format("group \"{}\" is named twice", at->first), field);
      at->second = side;
      found = true;
    }
    if (found) continue;
    std::vector<std::string> known;
    for (const auto& entry : sides) known.push_back(entry.first);
    return bad_input(fmt::format("there is no group \"{}\" in the data; it has {}", name, list_of_names(known)), field);
  }
  return {};
}

/// Training groups in the order in which fractions take them: those whose name and seed hash lowest first.
std::vector<std::string> order_of(const Sides& sides, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [name, where] : sides)
    if (where == Side::train) order.emplace_back(mix64(seed ^ hash_text(name)), name);
  std::sort(order.begin(), order.end());
  std::vector<std::string> names;
  for (auto& entry : order) names.push_back(std::move(entry.second));
  return names;
}

std::size_t share(double fraction, std::size_t all) {
  return static_cast<std::size_t>(std::max(1.0, std::round(fraction * static_cast<double>(all))));
}

/// Every group is of one class (a photo, a gesture): the same share of each class.
void assign_by_class(Sides& sides, const Classes& classes, double fraction, Side side, std::uint64_t seed) {
  std::map<int, std::size_t> all;
  for (const auto& entry : classes) ++all[*entry.second.begin()];
  std::map<int, std::size_t> taken;
  for (const std::string& name : order_of(sides, seed)) {
    const int label = *classes.at(name).begin();
    if (taken[label] == share(fraction, all[label])) continue;
    ++taken[label];
    sides.at(name) = side;
  }
}

/// Moves a fraction of all groups from training to `side`.
void assign_fraction(Sides& sides, const Classes& classes, double fraction, Side side, std::uint64_t seed) {
  const bool single =
      std::all_of(classes.begin(), classes.end(), [](const auto& entry) { return entry.second.size() == 1; });
  if (single) return assign_by_class(sides, classes, fraction, side, seed);
  std::map<int, std::size_t> training;  // groups of each class that are left
  for (const auto& [name, where] : sides)
    if (where == Side::train)
      for (const int label : classes.at(name)) ++training[label];
  std::size_t taken = 0;
  for (const std::string& name : order_of(sides, seed)) {
    if (taken == share(fraction, sides.size())) break;
    const std::set<int>& labels = classes.at(name);
    if (std::any_of(labels.begin(), labels.end(), [&](int label) { return training[label] == 1; })) continue;
    for (const int label : labels) --training[label];
    ++taken;
    sides.at(name) = side;
  }
}

SplitPart part_of(const Dataset& data, const std::vector<Side>& sides, Side side) {
  SplitPart part;
  std::set<std::string> groups;
  for (std::size_t i = 0; i < data.samples.size(); ++i) {
    if (sides[i] != side) continue;
    groups.insert(data.samples[i].group);
    part.samples.push_back(static_cast<std::int32_t>(i));
  }
  part.groups.assign(groups.begin(), groups.end());
  return part;
}

/// Moves a fraction of every class's training recordings to `side`.
void assign_recordings(const Dataset& data, std::vector<Side>& sides, double fraction, Side side, std::uint64_t seed) {
  std::map<int, std::vector<std::pair<std::uint64_t, std::size_t>>> by_class;
  std::map<int, std::size_t> all;
  for (std::size_t i = 0; i < data.samples.size(); ++i) {
    ++all[data.samples[i].label];
    if (sides[i] == Side::train) by_class[data.samples[i].label].emplace_back(mix64(mix64(seed) ^ i), i);
  }
  for (auto& [label, order] : by_class) {
    std::sort(order.begin(), order.end());
    const std::size_t most = order.empty() ? 0 : order.size() - 1;
    for (std::size_t k = 0; k < std::min(share(fraction, all[label]), most); ++k) sides[order[k].second] = side;
  }
}

/// Pieces of one recording follow each other in the data. Its end becomes test, what lies before that validation.
void assign_ends(const Dataset& data, std::vector<Side>& sides, double fraction, Side side) {
  for (std::size_t begin = 0, end = 0; begin < data.samples.size(); begin = end) {
    const Sample& first = data.samples[begin];
    std::vector<std::size_t> pieces;
    for (end = begin; end < data.samples.size() && data.samples[end].source == first.source &&
                      data.samples[end].label == first.label;
         ++end)
      if (sides[end] == Side::train) pieces.push_back(end);
    const std::size_t wanted = share(fraction, end - begin);
    for (std::size_t k = 0; k < wanted && pieces.size() > 1; ++k) {
      sides[pieces.back()] = side;
      pieces.pop_back();
    }
  }
}

/// The parts, if there is something in each, and every class in training.
Result<Split> parts_of(const Dataset& data, const std::vector<Side>& of_sample) {
  Split split{part_of(data, of_sample, Side::train), part_of(data, of_sample, Side::validation),
              part_of(data, of_sample, Side::test)};
  if (split.train.groups.empty() || split.validation.groups.empty() || split.test.groups.empty()) {
    std::set<std::string_view> groups;
    for (const Sample& sample : data.samples) groups.insert(sample.group);
    return bad_input(fmt::format("{} group(s) in the data are too few to keep training, validation and test apart; see "
                                 "data.group, data.piece "
                                 "and split.by",
                                 groups.size()),
                     "split");
  }
  std::vector<bool> seen(data.classes.size(), false);
  for (const std::int32_t index : split.train.samples)
    seen[static_cast<std::size_t>(data.samples[static_cast<std::size_t>(index)].label)] = true;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (!seen[i])
      return bad_input(fmt::format("class \"{}\" is absent from the training groups ({})", data.classes[i],
                                   list_of_names(split.train.groups)),
                       "split");
  return split;
}

/// See SplitOptions::fold.
Result<Split> split_fold(const Dataset& data, SplitOptions options) {
  const std::vector<std::string> names = std::move(options.fold);
  const std::set<std::string, std::less<>> fold(names.begin(), names.end());
  options.fold.clear();
  MOTE_TRY(const Split plain, split_by_group(data, options));
  std::vector<Side> of_sample;
  for (const Sample& sample : data.samples)
    of_sample.push_back(fold.contains(sample.group) ? Side::validation : Side::train);
  for (const std::int32_t index : plain.test.samples) of_sample[static_cast<std::size_t>(index)] = Side::test;
  return parts_of(data, of_sample);
}

/// The recordings of normal classes without their values, and where they stand in the data.
Dataset normal_part(const Dataset& data, const std::vector<std::string>& normal, std::vector<std::int32_t>& places) {
  Dataset part;
  std::vector<int> label_of;
  for (const std::string& name : data.classes) {
    const bool taken = std::find(normal.begin(), normal.end(), name) != normal.end();
    label_of.push_back(taken ? static_cast<int>(part.classes.size()) : -1);
    if (taken) part.classes.push_back(name);
  }
  for (std::size_t i = 0; i < data.samples.size(); ++i) {
    const Sample& sample = data.samples[i];
    const int label = label_of[static_cast<std::size_t>(sample.label)];
    if (label < 0) continue;
    part.samples.push_back({{}, sample.shape, label, sample.group, sample.source});
    places.push_back(static_cast<std::int32_t>(i));
  }
  return part;
}

/// See SplitOptions::normal. A group that is named for testing and has no normal recording is tested anyhow.
Result<Split> split_normal(const Dataset& data, SplitOptions options) {
  std::vector<std::int32_t> places;
  const Dataset part = normal_part(data, options.normal, places);
  if (part.classes.size() < options.normal.size())
    return bad_input(fmt::format("\"{}\" are not all classes of the data, which has {}",
                                 fmt::join(options.normal, "\", \""), list_of_names(data.classes)),
                     "anomaly.normal");
  std::set<std::string> normal_groups;
  std::set<std::string> others;
  for (const Sample& sample : part.samples) normal_groups.insert(sample.group);
  for (const Sample& sample : data.samples)
    if (!normal_groups.contains(sample.group)) others.insert(sample.group);
  std::erase_if(options.test, [&](const std::string& name) { return others.contains(name); });
  options.normal.clear();
  MOTE_TRY(Split split, split_by_group(part, options));
  for (SplitPart* side : {&split.train, &split.validation, &split.test})
    for (std::int32_t& index : side->samples) index = places[static_cast<std::size_t>(index)];
  std::set<std::string> tested(split.test.groups.begin(), split.test.groups.end());
  std::vector<bool> normal(data.samples.size(), false);
  for (const std::int32_t place : places) normal[static_cast<std::size_t>(place)] = true;
  for (std::size_t i = 0; i < normal.size(); ++i) {
    if (normal[i]) continue;
    split.test.samples.push_back(static_cast<std::int32_t>(i));
    tested.insert(data.samples[i].group);
  }
  std::sort(split.test.samples.begin(), split.test.samples.end());
  split.test.groups.assign(tested.begin(), tested.end());
  return split;
}

}  // namespace

std::vector<std::vector<std::string>> make_folds(const Dataset& data, std::size_t most, std::uint64_t seed,
                                                 const std::vector<std::string>& without) {
  const std::set<std::string_view> left_out(without.begin(), without.end());
  Sides sides;
  Classes classes;
  for (const Sample& sample : data.samples) {
    if (left_out.contains(sample.group)) continue;
    sides.emplace(sample.group, Side::train);
    classes[sample.group].insert(sample.label);
  }
  std::vector<std::vector<std::string>> folds(std::min(most, sides.size()));
  if (sides.size() <= most) {
    std::size_t next = 0;
    for (const auto& entry : sides) folds[next++] = {entry.first};
    return folds;
  }
  // Dealt out like cards, class after class.
  std::map<std::set<int>, std::vector<std::string>> alike;
  for (const std::string& name : order_of(sides, seed)) alike[classes.at(name)].push_back(name);
  std::size_t next = 0;
  for (const auto& entry : alike)
    for (const std::string& name : entry.second) folds[next++ % folds.size()].push_back(name);
  for (auto& fold : folds) std::sort(fold.begin(), fold.end());
  return folds;
}

Result<std::vector<std::vector<std::string>>> folds_beside_test(const Dataset& data, const SplitOptions& options,
                                                                std::size_t most) {
  MOTE_TRY(const Split plain, split_by_group(data, options));
  std::set<std::string> tested(plain.test.groups.begin(), plain.test.groups.end());
  for (const SplitPart* part : {&plain.train, &plain.validation})
    for (const std::string& name : part->groups) tested.erase(name);
  auto folds = make_folds(data, most, options.seed, {tested.begin(), tested.end()});
  if (folds.size() < 2) return bad_input("needs at least two groups beside those of the test part", "folds");
  return folds;
}

std::string list_of_names(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 24;
  if (names.size() <= kMost) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{}, ... {} ({} in all)", fmt::join(names.begin(), names.begin() + 3, ", "), names.back(),
                     names.size());
}

Result<Split> split_by_group(const Dataset& data, const SplitOptions& options) {
  if (!options.fold.empty()) return split_fold(data, options);
  if (!options.normal.empty()) return split_normal(data, options);
  Sides sides;
  Classes classes;
  for (const Sample& sample : data.samples) {
    sides.emplace(sample.group, Side::train);
    classes[sample.group].insert(sample.label);
  }
  MOTE_TRY_VOID(assign_named(sides, options.test, Side::test, "split.test"));
  MOTE_TRY_VOID(assign_named(sides, options.validation, Side::validation, "split.validation"));
  const bool by_group = options.by == "group";
  if (by_group && options.test.empty())
    assign_fraction(sides, classes, options.test_fraction, Side::test, options.seed);
  if (by_group && options.validation.empty())
    assign_fraction(sides, classes, options.validation_fraction, Side::validation, options.seed);
  std::vector<Side> of_sample;
  for (const Sample& sample : data.samples) of_sample.push_back(sides.at(sample.group));
  const auto assign_samples = [&](double fraction, Side side, std::uint64_t seed) {
    if (options.by == "time") return assign_ends(data, of_sample, fraction, side);
    assign_recordings(data, of_sample, fraction, side, seed);
  };
  if (!by_group && options.test.empty()) assign_samples(options.test_fraction, Side::test, options.seed);
  if (!by_group && options.validation.empty())
    assign_samples(options.validation_fraction, Side::validation, options.seed + 1);

  return parts_of(data, of_sample);
}

PartSummary summary(const SplitPart& part, std::size_t examples) {
  return {part.groups, static_cast<std::int64_t>(part.samples.size()), static_cast<std::int64_t>(examples)};
}

}  // namespace mote
