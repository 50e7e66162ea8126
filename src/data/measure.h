// One number of a record, or of a stretch of it, alone or against the usual record of its group: "record.range",
// "usual.slope[60:130]", "record.similarity[60:130]". Where it stands: private to src/data; features.cpp asks for them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.h"

namespace mote {

/// Rows first .. last - 1 of a record; last 0: to its end.
struct Measure {
  enum class Kind : std::uint8_t { range, deviation, slope, length, width, similarity, difference };
  Kind kind = Kind::range;
  bool of_usual = false;  ///< of the group's usual record instead
  std::size_t first = 0, last = 0;

  bool needs_usual() const { return of_usual || kind == Kind::similarity || kind == Kind::difference; }
};

/// Nothing: the name is no measure (then it is a column's). BadInput: a stretch without rows.
Result<std::optional<Measure>> parse_measure(const std::string& name);

/// `rows` of `channels` values each; both records are of one size, `usual` empty unless needs_usual().
/// range: the largest value minus the smallest. deviation: standard. slope: the largest change over four rows; length:
/// the mean one. width: values farther from the whole record's median than 0.4 of the farthest. similarity: the
/// correlation with the usual record, 0 if either is constant. difference: the deviation of what is left without the
/// usual record, against the usual's own, 1 if that is 0.
double measure(const Measure& what, std::span<const float> record, std::span<const float> usual, std::size_t channels);

}  // namespace mote
