// Fits a classical model with OpenCV's ml module (4.6), the one place that sees it. Where it stands: src/train calls it
// with the features that the chip will compute; the result becomes graph nodes by write.h.
#pragma once

#include <functional>

#include "base/result.h"
#include "tabular/model.h"

namespace mote {

struct Fitted {
  TabularModel model;
  /// The library's own answer for each row: the class of a classifier (as a number), the score of an anomaly model. The
  /// translation into `model` is held against it.
  std::function<std::vector<double>(const FeatureTable&)> library;
};

/// The same table, settings and seed give the same model. With `balanced` classes of few examples weigh as much as
/// others (tree, forest, boosted). BadInput names the setting: more clusters than examples, one class alone, too few
/// rows; Internal what the library says.
Result<Fitted> fit_tabular(const TabularSpec& spec, const FeatureTable& table, std::uint64_t seed, bool balanced);

}  // namespace mote
