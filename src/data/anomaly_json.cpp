// See anomaly_json.h.
#include "data/anomaly_json.h"

#include <fmt/format.h>

namespace mote {

using nlohmann::ordered_json;

namespace {

ordered_json interval_json(const Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

}  // namespace

ordered_json to_json(const Detection& d, std::span<const std::string> classes) {
  ordered_json json{{"normal", d.normal}, {"anomalous", d.anomalous}, {"threshold", d.threshold}};
  json["false_alarms"] = d.false_alarms;
  json["hits"] = d.hits;
  if (d.normal > 0 && d.anomalous > 0) {
    json["auc"] = interval_json(d.area);
    json["partial_auc"] = interval_json(d.partial_area);
    json["partial_rate"] = d.partial_rate;
    for (const RocCurve::Point& p : d.curve.points) json["roc"].push_back({p.false_rate, p.true_rate});
  }
  json["kinds"] = ordered_json::array();
  for (const DetectedKind& kind : d.kinds)
    json["kinds"].push_back({{"class", classes[static_cast<std::size_t>(kind.label)]},
                             {"examples", kind.examples},
                             {"auc", kind.area},
                             {"hits", kind.hits}});
  json["histogram"] = {{"logarithmic", d.histogram.logarithmic},
                       {"edges", d.histogram.edges},
                       {"normal", d.histogram.normal},
                       {"anomalous", d.histogram.anomalous}};
  return json;
}

std::string detection_table(const Detection& d, std::span<const std::string> classes) {
  std::string out;
  const auto area = [&](const std::string& name, const Interval& i) {
    out += fmt::format("{:<34}{:6.4f}    (95 % interval {:.4f} to {:.4f}, over recordings)\n", name, i.value, i.low,
                       i.high);
  };
  if (d.normal > 0 && d.anomalous > 0) {
    area("AUC of the score", d.area);
    area(fmt::format("partial AUC, false alarms to {:g} %", 100 * d.partial_rate), d.partial_area);
  }
  out += fmt::format("at the threshold {:.6g}: {:.2f} % of {} normal examples raise an alarm, {:.2f} % of {} others\n",
                     d.threshold, 100 * d.false_alarms, d.normal, 100 * d.hits, d.anomalous);
  if (!d.kinds.empty()) out += fmt::format("{:<24} {:>8} {:>8} {:>10}\n", "anomaly", "examples", "AUC", "alarms");
  for (const DetectedKind& kind : d.kinds)
    out += fmt::format("{:<24} {:>8} {:>8} {:>8.2f} %\n", classes[static_cast<std::size_t>(kind.label)], kind.examples,
                       d.normal > 0 ? fmt::format("{:.4f}", kind.area) : "-", 100 * kind.hits);
  return out;
}

}  // namespace mote
