// How well one number an example (larger: less normal) tells what is not normal: area under the ROC curve, whole and at
// few false alarms, with intervals; a threshold from normal examples alone; histograms. Where it stands: beside
// metrics.h; plain arithmetic on scores, whatever gave them (a network's reconstruction error, a distance to clusters).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/curves.h"
#include "data/metrics.h"

namespace mote {

/// A figure with its 95 % interval by bootstrap over recordings.
struct Interval {
  double value = 0, low = 0, high = 0;
};

struct DetectionOptions {
  double false_alarm_rate = 0.01;  ///< of normal examples, at which the threshold is chosen
  double partial_rate = 0.1;       ///< the partial area counts false alarm rates up to here
};

/// [anomaly] of a project: what is normal, and how alarms are raised.
struct AnomalyTask {
  std::vector<std::string> normal;  ///< classes; whatever else occurs in the data is an anomaly. Empty: no such task
  DetectionOptions options;
  double threshold = 0;  ///< of the shipped model's score, found on the validation part
  bool wanted() const { return !normal.empty(); }
  bool is_normal(std::string_view name) const;
  /// For each class whether it is normal.
  std::vector<bool> normal_of(std::span<const std::string> classes) const;
};

/// What alarms are counted as, in confusion matrices and labels: 0 and 1.
inline const std::vector<std::string> kAlarmClasses = {"normal", "anomaly"};

struct ScoreHistogram {
  bool logarithmic = false;   ///< equal ratios from edge to edge instead of equal differences
  std::vector<double> edges;  ///< one more than there are bins
  std::vector<std::int64_t> normal, anomalous;
};

/// One kind of anomaly (a class) against all normal examples.
struct DetectedKind {
  int label = 0;
  std::int64_t examples = 0;
  double area = 0;
  double hits = 0;  ///< share of its examples above the threshold
};

struct Detection {
  std::int64_t normal = 0, anomalous = 0;  ///< examples
  Interval area;                           ///< 0..1, equal scores counting half; 0 if one of both sides is empty
  /// Area at false alarm rates up to partial_rate, standardised so that chance is 0.5 and perfect is 1 (McClish 1989).
  Interval partial_area;
  double partial_rate = 0;
  double threshold = 0;     ///< an alarm is a score above it
  double false_alarms = 0;  ///< share of normal examples above it
  double hits = 0;          ///< share of the others above it
  RocCurve curve;
  ScoreHistogram histogram;
  std::vector<DetectedKind> kinds;  ///< one for each label that is not normal, ascending
};

/// The lowest score of `normal` that at most `rate` of them lie above. Few scores cannot show a low rate: then it is
/// the largest. 0 if there are none.
double threshold_of(std::span<const double> normal, double rate);

/// Accuracy and confusion of the alarms, classes as kAlarmClasses.
Evaluation evaluate_alarms(std::span<const double> scores, std::span<const int> labels,
                           std::span<const std::int32_t> recording, const std::vector<bool>& normal, double threshold);

/// `normal[c]` says whether label c is normal. `recording[i]` says where example i comes from; recordings are drawn
/// with replacement for the intervals, those of normal and of other examples apart. All spans of examples have one
/// length.
Detection evaluate_detection(std::span<const double> scores, std::span<const int> labels,
                             std::span<const std::int32_t> recording, const std::vector<bool>& normal, double threshold,
                             const DetectionOptions& options = {});

}  // namespace mote
