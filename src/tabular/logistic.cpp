// Logistic regression by OpenCV (cv::ml::LogisticRegression, batch gradient descent): one weight vector for class 1 of
// two, or one for each class. It becomes a fully connected layer and a softmax.
#include "tabular/library.h"

namespace mote {

Result<Fitted> fit_logistic(const TabularSpec& spec, const FeatureTable& table) {
  auto regression = cv::ml::LogisticRegression::create();
  regression->setLearningRate(spec.rate);
  regression->setIterations(spec.iterations);
  regression->setTrainMethod(cv::ml::LogisticRegression::BATCH);
  regression->setRegularization(spec.regularise ? cv::ml::LogisticRegression::REG_L2
                                                : cv::ml::LogisticRegression::REG_DISABLE);
  regression->setTermCriteria({cv::TermCriteria::MAX_ITER | cv::TermCriteria::EPS, spec.iterations, 1e-9});
  cv::Mat labels(static_cast<int>(table.rows()), 1, CV_32F);
  for (int i = 0; i < labels.rows; ++i)
    labels.at<float>(i) = static_cast<float>(table.labels[static_cast<std::size_t>(i)]);
  regression->train(cv::ml::TrainData::create(rows_of(table), cv::ml::ROW_SAMPLE, labels));
  cv::Mat thetas;  // a row: bias, weights
  regression->get_learnt_thetas().convertTo(thetas, CV_32F);
  const bool one = thetas.rows == 1;  // the other class is the opposite
  if (!one && thetas.rows != table.classes)
    return bad_input("logistic regression needs examples of every class", "network.type");
  LinearModel model;
  model.features = table.features;
  for (int c = 0; c < table.classes; ++c) {
    const float sign = one && c == 0 ? -0.5F : one ? 0.5F : 1.0F;
    const float* row = thetas.ptr<float>(one ? 0 : c);
    model.bias.push_back(sign * row[0]);
    for (int i = 1; i < thetas.cols; ++i) model.weights.push_back(sign * row[i]);
  }
  const auto library = [regression](const FeatureTable& rows) {
    cv::Mat classes;
    regression->predict(rows_of(rows), classes);
    classes.convertTo(classes, CV_64F);
    std::vector<double> given;
    for (int i = 0; i < static_cast<int>(rows.rows()); ++i) given.push_back(classes.at<double>(i));
    return given;
  };
  return Fitted{std::move(model), library};
}

}  // namespace mote
