// The report of a training as one HTML page: what `mote evaluate` says of the test part, by the reference alone, and
// what the model would cost on each of the project's boards. Where it stands: under `mote train --html`.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace mote::cli {

/// The report's JSON without a board (docs/reports.md) of a folder that `mote train` wrote, on the test part that
/// training set aside.
Result<nlohmann::json> evaluation_report(const std::filesystem::path& folder);

/// Writes the page of such a folder.
Result<void> write_training_page(const std::filesystem::path& folder, const std::filesystem::path& page);

}  // namespace mote::cli
