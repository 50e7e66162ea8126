// Decision trees, random forests and boosted trees by OpenCV (cv::ml::DTrees, RTrees, Boost). A forest draws its rows
// from a generator of fixed state, so the seed shuffles the rows; boosting knows two classes, so of more each is told
// from the rest. OpenCV goes left where a feature is <= the threshold, as ops::tree_ensemble does.
#include <algorithm>
#include <map>
#include <numeric>

#include "tabular/library.h"

namespace mote {
namespace {

using Library = cv::Ptr<cv::ml::DTrees>;

/// A permutation of the rows that depends on the seed alone (Fisher and Yates, with a 64-bit mix for random numbers).
std::vector<int> shuffled(std::size_t rows, std::uint64_t seed) {
  std::vector<int> order(rows);
  std::iota(order.begin(), order.end(), 0);
  std::uint64_t state = seed;
  for (std::size_t i = rows; i > 1; --i) {
    state += 0x9e3779b97f4a7c15ULL;  // splitmix64
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    std::swap(order[i - 1], order[(z ^ (z >> 31)) % i]);
  }
  return order;
}

cv::Ptr<cv::ml::TrainData> train_data(const FeatureTable& table, const std::vector<int>& order,
                                      const std::vector<int>& labels) {
  cv::Mat rows(static_cast<int>(table.rows()), table.features, CV_32F);
  cv::Mat responses(static_cast<int>(table.rows()), 1, CV_32S);
  const cv::Mat all = rows_of(table);
  for (int i = 0; i < rows.rows; ++i) {
    const int from = order[static_cast<std::size_t>(i)];
    all.row(from).copyTo(rows.row(i));
    responses.at<int>(i) = labels[static_cast<std::size_t>(from)];
  }
  // Every feature is a number; the last entry is the response, a class.
  cv::Mat types(1, table.features + 1, CV_8U, cv::Scalar(cv::ml::VAR_ORDERED));
  types.at<unsigned char>(table.features) = cv::ml::VAR_CATEGORICAL;
  return cv::ml::TrainData::create(rows, cv::ml::ROW_SAMPLE, responses, cv::noArray(), cv::noArray(), cv::noArray(),
                                   types);
}

/// The classes that occur, in order, and with `balanced` priors that make each weigh the same.
std::vector<int> classes_in(const std::vector<int>& labels) {
  std::vector<int> classes = labels;
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  return classes;
}

void set_common(cv::ml::DTrees& trees, const TabularSpec& spec, const std::vector<int>& labels, bool balanced) {
  trees.setMaxDepth(spec.depth);
  trees.setMinSampleCount(spec.min_examples);
  trees.setCVFolds(0);
  trees.setUse1SERule(false);
  trees.setTruncatePrunedTree(true);
  trees.setUseSurrogates(false);
  trees.setRegressionAccuracy(0.0F);
  if (!balanced) return;
  const std::vector<int> classes = classes_in(labels);
  cv::Mat priors(static_cast<int>(classes.size()), 1, CV_64F);
  for (std::size_t c = 0; c < classes.size(); ++c)
    priors.at<double>(static_cast<int>(c)) =
        static_cast<double>(labels.size()) / static_cast<double>(std::count(labels.begin(), labels.end(), classes[c]));
  trees.setPriors(priors);
}

/// Appends the library's trees. `leaf` gives the child code of a leaf node.
template <typename Leaf>
void append(TreesModel& model, const cv::ml::DTrees& trees, const Leaf& leaf) {
  const auto& nodes = trees.getNodes();
  const auto& splits = trees.getSplits();
  struct Open {
    int node;
    std::size_t parent;  ///< index into model.nodes of the place to fill; npos: a root
  };
  constexpr std::size_t kRoot = static_cast<std::size_t>(-1);
  for (const int root : trees.getRoots()) {
    std::vector<Open> open{{root, kRoot}};
    while (!open.empty()) {
      const Open at = open.back();
      open.pop_back();
      const auto& node = nodes[static_cast<std::size_t>(at.node)];
      const bool inner = node.split >= 0;
      const auto code = inner ? static_cast<std::int32_t>(model.thresholds.size()) : leaf(node);
      if (at.parent == kRoot) {
        model.roots.push_back(code);
      } else {
        model.nodes[at.parent] = code;
      }
      if (!inner) continue;
      const auto& split = splits[static_cast<std::size_t>(node.split)];
      const std::size_t here = model.nodes.size();
      model.nodes.insert(model.nodes.end(), {split.varIdx, 0, 0});
      model.thresholds.push_back(split.c);
      open.push_back({node.right, here + (split.inversed ? 1 : 2)});
      open.push_back({node.left, here + (split.inversed ? 2 : 1)});
    }
  }
}

/// Trees that vote: a leaf an output.
Fitted voting(const Library& trees, const FeatureTable& table) {
  TreesModel model;
  model.outputs = table.classes;
  const auto count = static_cast<float>(trees->getRoots().size());
  for (std::int32_t c = 0; c < table.classes; ++c) {
    model.leaf_outputs.push_back(c);
    model.leaf_values.push_back(1.0F / count);
  }
  append(model, *trees, [](const auto& node) { return -1 - static_cast<std::int32_t>(node.value); });
  const auto library = [trees](const FeatureTable& rows) {
    cv::Mat classes;
    trees->predict(rows_of(rows), classes);
    std::vector<double> given;
    for (int i = 0; i < classes.rows; ++i) given.push_back(static_cast<double>(classes.at<float>(i)));
    return given;
  };
  return {std::move(model), library};
}

/// Sums of boosted trees: one ensemble for class 1 of two, or one for each class.
Result<Fitted> fit_boosted(const TabularSpec& spec, const FeatureTable& table, bool balanced) {
  TreesModel model;
  model.outputs = table.classes;
  model.votes = false;
  std::vector<cv::Ptr<cv::ml::Boost>> ensembles;
  std::vector<int> order(table.rows());
  std::iota(order.begin(), order.end(), 0);
  for (std::int32_t c = table.classes == 2 ? 1 : 0; c < table.classes; ++c) {
    std::vector<int> labels;
    for (const int label : table.labels) labels.push_back(label == c ? 1 : 0);
    if (classes_in(labels).size() < 2) return bad_input("boosting needs examples of every class", "network.type");
    auto boost = cv::ml::Boost::create();
    set_common(*boost, spec, labels, balanced);
    boost->setBoostType(cv::ml::Boost::GENTLE);
    boost->setWeakCount(spec.trees);
    boost->setWeightTrimRate(0);
    boost->train(train_data(table, order, labels));
    append(model, *boost, [&](const auto& node) {
      model.leaf_outputs.push_back(c);
      model.leaf_values.push_back(static_cast<float>(node.value));
      return -static_cast<std::int32_t>(model.leaf_outputs.size());
    });
    ensembles.push_back(boost);
  }
  const auto library = [ensembles](const FeatureTable& rows) {
    std::vector<double> given(rows.rows(), 0);
    std::vector<float> best(rows.rows(), 0);
    for (std::size_t e = 0; e < ensembles.size(); ++e) {
      cv::Mat sums;
      ensembles[e]->predict(rows_of(rows), sums, int{cv::ml::StatModel::RAW_OUTPUT} | int{cv::ml::DTrees::PREDICT_SUM});
      for (std::size_t i = 0; i < rows.rows(); ++i) {
        const float sum = sums.at<float>(static_cast<int>(i));
        if (ensembles.size() == 1) {
          given[i] = sum > 0 ? 1 : 0;
        } else if (e == 0 || sum > best[i]) {
          given[i] = static_cast<double>(e);
          best[i] = sum;
        }
      }
    }
    return given;
  };
  return Fitted{std::move(model), library};
}

}  // namespace

Result<Fitted> fit_trees(const TabularSpec& spec, const FeatureTable& table, std::uint64_t seed, bool balanced) {
  if (spec.type == "boosted") return fit_boosted(spec, table, balanced);
  Library trees;
  if (spec.type == "forest") {
    auto forest = cv::ml::RTrees::create();
    forest->setActiveVarCount(spec.features);
    forest->setTermCriteria({cv::TermCriteria::MAX_ITER, spec.trees, 0});
    trees = forest;
  } else {
    trees = cv::ml::DTrees::create();
  }
  set_common(*trees, spec, table.labels, balanced);
  trees->train(train_data(table, shuffled(table.rows(), seed), table.labels));
  return voting(trees, table);
}

}  // namespace mote
