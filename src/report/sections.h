// The flat JSON that `mote run|verify|profile --json` writes, sorted into the sections of a report (docs/reports.md).
// Where it stands: report, in front of html_report.
#pragma once

#include <nlohmann/json.hpp>

namespace mote {

/// `report` with null entries left out and flat keys (`arena_bytes`, `cycles_estimated`, ...) moved into `memory`,
/// `performance` and `accuracy`. What is in its section already stays as it is; anything but an object is returned as
/// it is.
nlohmann::json with_sections(nlohmann::json report);

}  // namespace mote
