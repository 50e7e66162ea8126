// A Detection as the JSON of metrics and reports (docs/reports.md, "anomaly"). Where it stands: `mote train` writes it,
// `mote evaluate` too, the page draws it.
#pragma once

#include <nlohmann/json.hpp>

#include "data/anomaly.h"

namespace mote {

/// `classes` are those of the labels.
nlohmann::ordered_json to_json(const Detection& detection, std::span<const std::string> classes);

/// For people: areas, threshold, and a line for each kind of anomaly.
std::string detection_table(const Detection& detection, std::span<const std::string> classes);

}  // namespace mote
