// A measurement as the JSON of a report (docs/reports.md): what profile and evaluate hand to the HTML page.
// Where it stands: cli, since it joins what board measured with what the page draws.
#pragma once

#include <nlohmann/json.hpp>

#include "board/measure.h"

namespace mote::cli {

/// `model`, `board`, `memory` (with the arena's buffers), `performance`, `layers` and `provenance` of one measured
/// project. The caller adds `accuracy`, `training` and `limits` if it knows them.
nlohmann::json report_json(const Project& project, const Board& board, const Report& report);

}  // namespace mote::cli
