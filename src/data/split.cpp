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
using Sides = std::map<std::string, Side>;

Result<void> assign_named(Sides& sides, const std::vector<std::string>& names, Side side, const std::string& field) {
  for (const std::string& name : names) {
    const auto at = sides.find(name);
    if (at == sides.end()) {
      std::vector<std::string> known;
      for (const auto& entry : sides) known.push_back(entry.first);
      return bad_input(fmt::format("there is no group \"{}\" in the data; it has {}", name, fmt::join(known, ", ")),
                       field);
    }
    if (at->second != Side::train) return bad_input(fmt::format("group \"{}\" is named twice", name), field);
    at->second = side;
  }
  return {};
}

/// Moves a fraction of all groups from training to `side`: those whose name and seed hash lowest.
void assign_fraction(Sides& sides, double fraction, Side side, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [name, where] : sides)
    if (where == Side::train) order.emplace_back(mix64(seed ^ hash_text(name)), name);
  std::sort(order.begin(), order.end());
  const auto wanted = static_cast<std::size_t>(std::max(1.0, std::round(fraction * static_cast<double>(sides.size()))));
  for (std::size_t i = 0; i < std::min(wanted, order.size()); ++i) sides[order[i].second] = side;
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

Result<Split> split_by_group(const Dataset& data, const SplitOptions& options) {
  Sides sides;
  for (const Sample& sample : data.samples) sides.emplace(sample.group, Side::train);
  MOTE_TRY_VOID(assign_named(sides, options.test, Side::test, "split.test"));
  MOTE_TRY_VOID(assign_named(sides, options.validation, Side::validation, "split.validation"));
  if (options.test.empty()) assign_fraction(sides, options.test_fraction, Side::test, options.seed);
  if (options.validation.empty()) assign_fraction(sides, options.validation_fraction, Side::validation, options.seed);

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
                                   fmt::join(split.train.groups, ", ")),
                       "split");
  return split;
}

}  // namespace mote
