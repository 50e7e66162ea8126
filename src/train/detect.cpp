// See detect.h.
#include "train/detect.h"

namespace mote {

Result<void> detect_anomalies(const ScoreFn& by_float, Task& task, bool test, TrainResult& result) {
  const InputSet& validation = task.validation_inputs;
  AnomalyTask& anomaly = task.preparation.anomaly;
  const std::vector<bool> normal = anomaly.normal_of(task.data.classes);
  const auto alarms = [&](const InputSet& inputs, const std::vector<double>& scores, double threshold) {
    return evaluate_alarms(scores, inputs.labels, inputs.recording, normal, threshold);
  };
  MOTE_TRY(const std::vector<double> float_scores, by_float(validation));
  const double float_threshold = threshold_of(float_scores, anomaly.options.false_alarm_rate);
  anomaly.threshold = float_threshold;
  result.validation_float = alarms(validation, float_scores, float_threshold);
  if (result.int8_graph) {
    MOTE_TRY(const std::vector<double> scores, predict_scores(*result.int8_graph, validation));
    anomaly.threshold = threshold_of(scores, anomaly.options.false_alarm_rate);
    if (!test) result.validation_int8 = alarms(validation, scores, anomaly.threshold);
  }
  if (test) {
    const InputSet& inputs = result.test_inputs = task.test_inputs();
    const auto detect = [&](const std::vector<double>& scores, double threshold) {
      return evaluate_detection(scores, inputs.labels, inputs.recording, normal, threshold, anomaly.options);
    };
    MOTE_TRY(const std::vector<double> tested, by_float(inputs));
    result.test_float = alarms(inputs, tested, float_threshold);
    result.detection_float = detect(tested, float_threshold);
    if (result.int8_graph) {
      MOTE_TRY(const std::vector<double> scores, predict_scores(*result.int8_graph, inputs));
      result.test_int8 = alarms(inputs, scores, anomaly.threshold);
      result.detection_int8 = detect(scores, anomaly.threshold);
    }
  }
  result.preparation = std::move(task.preparation);
  return {};
}

}  // namespace mote
