// What the files that call OpenCV share. Private to src/tabular.
#pragma once

#include <opencv2/ml.hpp>

#include "tabular/fit.h"

namespace mote {

/// The rows without a copy: the table must outlive the matrix.
inline cv::Mat rows_of(const FeatureTable& table) {
  return {static_cast<int>(table.rows()), table.features, CV_32F, const_cast<float*>(table.values.data())};
}

Result<Fitted> fit_trees(const TabularSpec& spec, const FeatureTable& table, std::uint64_t seed, bool balanced);
Result<Fitted> fit_centres(const TabularSpec& spec, const FeatureTable& table);
Result<Fitted> fit_mixture(const TabularSpec& spec, const FeatureTable& table);
Result<Fitted> fit_neighbours(const TabularSpec& spec, const FeatureTable& table);
Result<Fitted> fit_logistic(const TabularSpec& spec, const FeatureTable& table);

}  // namespace mote
