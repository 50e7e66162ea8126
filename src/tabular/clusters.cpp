// k-means (cv::kmeans) and Gaussian mixtures (cv::ml::EM) over normal examples: how far, or how unlikely, a row is.
#include <cmath>
#include <limits>
#include <numbers>

#include "tabular/library.h"

namespace mote {
namespace {

constexpr int kAttempts = 5;  ///< of k-means, from other starts; the best is kept

cv::TermCriteria until(std::int32_t iterations) {
  return {cv::TermCriteria::MAX_ITER | cv::TermCriteria::EPS, iterations, 1e-6};
}

/// A component's narrowest deviation, of the features' own: rows that never change would else be infinitely likely.
constexpr double kFloor = 1e-3;

/// W with W'W = the inverse of `covariance`: the inverse of its Cholesky factor, row by row, or of its diagonal.
bool whiten(const cv::Mat& covariance, bool full, std::vector<float>& whitening, double& log_determinant) {
  const int n = covariance.rows;
  log_determinant = 0;
  cv::Mat factor = cv::Mat::zeros(n, n, CV_64F);
  for (int i = 0; i < n; ++i) {
    for (int j = full ? 0 : i; j <= i; ++j) {
      double sum = covariance.at<double>(i, j);
      for (int k = 0; k < j && full; ++k) sum -= factor.at<double>(i, k) * factor.at<double>(j, k);
      if (i == j && sum <= 0) return false;
      factor.at<double>(i, j) = i == j ? std::sqrt(sum) : sum / factor.at<double>(j, j);
    }
    log_determinant += 2 * std::log(factor.at<double>(i, i));
  }
  cv::Mat inverse = cv::Mat::zeros(n, n, CV_64F);
  for (int i = 0; i < n; ++i)
    for (int j = full ? 0 : i; j <= i; ++j) {
      double sum = i == j ? 1 : 0;
      for (int k = j; k < i && full; ++k) sum -= factor.at<double>(i, k) * inverse.at<double>(k, j);
      inverse.at<double>(i, j) = sum / factor.at<double>(i, i);
      whitening.push_back(static_cast<float>(inverse.at<double>(i, j)));
    }
  return true;
}

}  // namespace

Result<Fitted> fit_centres(const TabularSpec& spec, const FeatureTable& table) {
  cv::Mat labels;
  cv::Mat centres;
  cv::kmeans(rows_of(table), spec.clusters, labels, until(spec.iterations), kAttempts, cv::KMEANS_PP_CENTERS, centres);
  CentresModel model;
  model.features = table.features;
  model.centres.assign(centres.ptr<float>(), centres.ptr<float>() + centres.total());
  const auto library = [centres](const FeatureTable& rows) {
    std::vector<double> scores;
    const cv::Mat all = rows_of(rows);
    for (int i = 0; i < all.rows; ++i) {
      double least = std::numeric_limits<double>::infinity();
      for (int c = 0; c < centres.rows; ++c) least = std::min(least, cv::norm(all.row(i), centres.row(c), cv::NORM_L2));
      scores.push_back(least);
    }
    return scores;
  };
  return Fitted{std::move(model), library};
}

Result<Fitted> fit_mixture(const TabularSpec& spec, const FeatureTable& table) {
  const bool full = spec.covariance == "full";
  cv::Mat rows;
  rows_of(table).convertTo(rows, CV_64F);
  auto em = cv::ml::EM::create();
  em->setClustersNumber(spec.clusters);
  em->setCovarianceMatrixType(full ? cv::ml::EM::COV_MAT_GENERIC : cv::ml::EM::COV_MAT_DIAGONAL);
  em->setTermCriteria(until(spec.iterations));
  if (!em->trainEM(rows)) return bad_input("the mixture did not converge; take fewer clusters", "network.clusters");
  MixtureModel model;
  model.features = table.features;
  const cv::Mat means = em->getMeans();
  const cv::Mat weights = em->getWeights();
  std::vector<cv::Mat> covariances;
  em->getCovs(covariances);
  double span = 0;
  for (const float v : table.values) span = std::max(span, std::fabs(static_cast<double>(v)));
  for (int k = 0; k < means.rows; ++k) {
    cv::Mat covariance = covariances[static_cast<std::size_t>(k)].clone();
    bool narrow = false;
    for (int i = 0; i < covariance.rows; ++i) {
      const double floor = std::pow(kFloor * span, 2);
      narrow = narrow || covariance.at<double>(i, i) < floor;
      covariance.at<double>(i, i) += full ? floor : 0;
      covariance.at<double>(i, i) = std::max(covariance.at<double>(i, i), floor);
    }
    double log_determinant = 0;
    if (!whiten(covariance, full, model.whitening, log_determinant))
      return bad_input("a component's covariance is singular; take fewer clusters or covariance = \"diagonal\"",
                       "network.clusters");
    for (int i = 0; i < means.cols; ++i) model.means.push_back(static_cast<float>(means.at<double>(k, i)));
    const double weight = std::max(weights.at<double>(k), 1e-300);
    model.offsets.push_back(
        static_cast<float>(std::log(weight) - log_determinant / 2 - means.cols * std::log(2 * std::numbers::pi) / 2));
  }
  const auto library = [em](const FeatureTable& table_of) {
    std::vector<double> scores;
    cv::Mat all;
    rows_of(table_of).convertTo(all, CV_64F);
    for (int i = 0; i < all.rows; ++i) scores.push_back(-em->predict2(all.row(i), cv::noArray())[0]);
    return scores;
  };
  return Fitted{std::move(model), library};
}

}  // namespace mote
