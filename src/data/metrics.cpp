// See metrics.h.
#include "data/metrics.h"

#include <algorithm>
#include <map>

#include "base/result.h"
#include "data/random.h"

namespace mote {
namespace {

/// 95 % interval of the accuracy by drawing whole recordings with replacement (Efron's percentile bootstrap, 1000
/// draws, fixed seed).
void bootstrap(std::span<const int> labels, std::span<const int> predictions, std::span<const std::int32_t> recording,
               Evaluation& result) {
  constexpr int kDraws = 1000;
  std::map<std::int32_t, std::pair<std::int64_t, std::int64_t>> by_recording;  // right, all
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto& entry = by_recording[recording[i]];
    entry.first += labels[i] == predictions[i] ? 1 : 0;
    ++entry.second;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> items;
  for (const auto& entry : by_recording) items.push_back(entry.second);
  std::vector<double> accuracies;
  for (int draw = 0; draw < kDraws; ++draw) {
    Random random(12345, draw);
    std::int64_t right = 0;
    std::int64_t all = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto& item = items[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(items.size())))];
      right += item.first;
      all += item.second;
    }
    accuracies.push_back(static_cast<double>(right) / static_cast<double>(all));
  }
  std::sort(accuracies.begin(), accuracies.end());
  result.accuracy_low = accuracies[kDraws * 25 / 1000];
  result.accuracy_high = accuracies[kDraws * 975 / 1000 - 1];
}

template <typename T>
int index_of_largest(std::span<const T> values) {
  return static_cast<int>(std::max_element(values.begin(), values.end()) - values.begin());
}

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

int argmax(std::span<const float> values) { return index_of_largest(values); }
int argmax(std::span<const std::int8_t> values) { return index_of_largest(values); }
int argmax(std::span<const std::int16_t> values) { return index_of_largest(values); }

Evaluation evaluate_predictions(std::span<const int> labels, std::span<const int> predictions,
                                std::span<const std::int32_t> recording, int classes) {
  MOTE_CHECK(labels.size() == predictions.size() && labels.size() == recording.size());
  const auto count = static_cast<std::size_t>(classes);
  Evaluation result;
  result.examples = static_cast<std::int64_t>(labels.size());
  result.confusion.assign(count, std::vector<std::int64_t>(count, 0));
  result.classes.resize(count);
  if (labels.empty()) return result;
  std::int64_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ++result.confusion[static_cast<std::size_t>(labels[i])][static_cast<std::size_t>(predictions[i])];
    right += labels[i] == predictions[i] ? 1 : 0;
  }
  result.accuracy = ratio(right, result.examples);
  int occurring = 0;
  for (std::size_t c = 0; c < count; ++c) {
    ClassMetrics& metrics = result.classes[c];
    std::int64_t called = 0;
    for (std::size_t k = 0; k < count; ++k) {
      metrics.examples += result.confusion[c][k];
      called += result.confusion[k][c];
    }
    metrics.precision = ratio(result.confusion[c][c], called);
    metrics.recall = ratio(result.confusion[c][c], metrics.examples);
    const double sum = metrics.precision + metrics.recall;
    metrics.f1 = sum > 0 ? 2 * metrics.precision * metrics.recall / sum : 0.0;
    if (metrics.examples == 0) continue;
    result.balanced_accuracy += metrics.recall;
    ++occurring;
  }
  result.balanced_accuracy /= std::max(occurring, 1);
  bootstrap(labels, predictions, recording, result);
  return result;
}

}  // namespace mote
