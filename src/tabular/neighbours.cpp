// k-nearest neighbours (cv::ml::KNearest, brute force) over kept examples: all of them, or so many centres of k-means
// within each class (cv::kmeans), in the classes' own shares.
#include <algorithm>
#include <cmath>

#include "tabular/library.h"

namespace mote {
namespace {

constexpr int kAttempts = 1;
constexpr int kIterations = 30;

/// At most `wanted` points that stand for the examples of one class.
cv::Mat condensed(const FeatureTable& table, int label, int wanted) {
  const cv::Mat all = rows_of(table);
  cv::Mat rows(0, table.features, CV_32F);
  for (int i = 0; i < all.rows; ++i)
    if (table.labels[static_cast<std::size_t>(i)] == label) rows.push_back(all.row(i));
  if (rows.rows <= wanted) return rows;
  cv::Mat labels;
  cv::Mat centres;
  cv::kmeans(rows, wanted, labels, {cv::TermCriteria::MAX_ITER, kIterations, 0}, kAttempts, cv::KMEANS_PP_CENTERS,
             centres);
  return centres;
}

}  // namespace

Result<Fitted> fit_neighbours(const TabularSpec& spec, const FeatureTable& table) {
  NeighboursModel model;
  model.features = table.features;
  model.neighbours = spec.neighbours;
  model.outputs = table.classes;
  const double share =
      spec.points == 0 ? 1.0 : std::min(1.0, static_cast<double>(spec.points) / static_cast<double>(table.rows()));
  cv::Mat points(0, table.features, CV_32F);
  cv::Mat labels(0, 1, CV_32S);
  for (int label = 0; label < table.classes; ++label) {
    const auto own = static_cast<double>(std::count(table.labels.begin(), table.labels.end(), label));
    if (own == 0) continue;
    const cv::Mat kept = condensed(table, label, std::max(1, static_cast<int>(std::floor(own * share))));
    points.push_back(kept);
    labels.push_back(cv::Mat(kept.rows, 1, CV_32S, cv::Scalar(label)));
  }
  if (points.rows < spec.neighbours) return bad_input("there are fewer points than neighbours", "network.neighbours");
  model.points.assign(points.ptr<float>(), points.ptr<float>() + points.total());
  model.labels.assign(labels.ptr<int>(), labels.ptr<int>() + labels.total());
  auto nearest = cv::ml::KNearest::create();
  nearest->setAlgorithmType(cv::ml::KNearest::BRUTE_FORCE);
  nearest->setIsClassifier(true);
  nearest->setDefaultK(spec.neighbours);
  nearest->train(points, cv::ml::ROW_SAMPLE, labels);
  const auto library = [nearest, k = spec.neighbours](const FeatureTable& rows) {
    cv::Mat classes;
    nearest->findNearest(rows_of(rows), k, classes);
    std::vector<double> given;
    for (int i = 0; i < static_cast<int>(rows.rows()); ++i) given.push_back(static_cast<double>(classes.at<float>(i)));
    return given;
  };
  return Fitted{std::move(model), library};
}

}  // namespace mote
