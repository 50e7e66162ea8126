// Classical models of rows of features, as plain numbers: what a library learnt, before it becomes nodes of a Graph.
// Where it stands: fit.h makes one with OpenCV, write.h appends it to a graph. No OpenCV type in it.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace mote {

/// [network] of a project whose type is one of these; docs/training.md lists which setting belongs to which.
struct TabularSpec {
  std::string type = {};                ///< tree, forest, boosted, knn, logistic; kmeans, gmm
  std::int32_t depth = 8;               ///< tree, forest, boosted: nodes from root to leaf at most
  std::int32_t trees = 25;              ///< forest; boosted: for each class
  std::int32_t min_examples = 2;        ///< tree, forest, boosted: fewer are not split
  std::int32_t features = 0;            ///< forest: drawn for each split; 0: the root of all
  std::int32_t neighbours = 5;          ///< knn
  std::int32_t points = 256;            ///< knn: at most so many are kept, by k-means within each class; 0: all
  std::int32_t clusters = 8;            ///< kmeans: centres; gmm: components
  std::string covariance = "diagonal";  ///< gmm: diagonal, full
  std::int32_t iterations = 1000;       ///< logistic: steps of gradient descent; kmeans, gmm: at most (100)
  double rate = 1.0;                    ///< logistic: of gradient descent
  bool regularise = false;              ///< logistic: L2
  std::int32_t feature_bits = 16;       ///< of features that no front end computes: 8 or 16
};

/// Does a [network] type name such a model? And one that gives an anomaly score instead of classes?
bool is_tabular(const std::string& type);
bool is_anomaly(const std::string& type);

/// Rows of features with what they are.
struct FeatureTable {
  std::int32_t features = 0;
  std::int32_t classes = 0;
  std::vector<float> values;  ///< row after row
  std::vector<int> labels;
  std::size_t rows() const { return labels.size(); }
};

/// The tables of ops::tree_ensemble, with real thresholds and values.
struct TreesModel {
  std::vector<std::int32_t> nodes;  ///< feature, child if x <= threshold, child if not
  std::vector<float> thresholds;
  std::vector<std::int32_t> roots, leaf_outputs;
  std::vector<float> leaf_values;
  std::int32_t outputs = 0;
  bool votes = true;  ///< leaves count 1 / trees each; else they are scores
};
struct CentresModel {
  std::vector<float> centres;  ///< [centres][features]
  std::int32_t features = 0;
};
struct NeighboursModel {
  std::vector<float> points;  ///< [points][features]
  std::vector<std::int32_t> labels;
  std::int32_t features = 0, neighbours = 0, outputs = 0;
};
struct MixtureModel {
  std::vector<float> means, whitening, offsets;  ///< of ops::gaussian_mixture
  std::int32_t features = 0;
};
struct LinearModel {
  std::vector<float> weights, bias;  ///< [outputs][features], [outputs]
  std::int32_t features = 0;
};
using TabularModel = std::variant<TreesModel, CentresModel, NeighboursModel, MixtureModel, LinearModel>;

}  // namespace mote
