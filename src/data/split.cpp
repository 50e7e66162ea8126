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

Part part_of(const Dataset& data, const Sides& sides, Side side) {
  Part part;
  for (const auto& [name, where] : sides)
    if (where == side) part.groups.push_back(name);
  for (std::size_t i = 0; i < data.samples.size(); ++i)
    if (sides.at(data.samples[i].group) == side) part.samples.push_back(static_cast<std::int32_t>(i));
  return part;
}

}  // namespace

std::string list_of_names(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 24;
  if (names.size() <= kMost) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{}, ... {} ({} in all)", fmt::join(names.begin(), names.begin() + 3, ", "), names.back(),
                     names.size());
}

Result<Split> split_by_group(const Dataset& data, const SplitOptions& options) {
  Sides sides;
  Classes classes;
  for (const Sample& sample : data.samples) {
    sides.emplace(sample.group, Side::train);
    classes[sample.group].insert(sample.label);
  }
  MOTE_TRY_VOID(assign_named(sides, options.test, Side::test, "split.test"));
  MOTE_TRY_VOID(assign_named(sides, options.validation, Side::validation, "split.validation"));
  if (options.test.empty()) assign_fraction(sides, classes, options.test_fraction, Side::test, options.seed);
  if (options.validation.empty())
    assign_fraction(sides, classes, options.validation_fraction, Side::validation, options.seed);

  Split split{part_of(data, sides, Side::train), part_of(data, sides, Side::validation),
              part_of(data, sides, Side::test)};
  if (split.train.groups.empty() || split.validation.groups.empty() || split.test.groups.empty())
    return bad_input(
        fmt::format("{} group(s) in the data are too few to keep training, validation and test apart; see data.group",
                    sides.size()),
        "split");
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

}  // namespace mote
