// The JSON of `mote search` as one HTML page: the Pareto front as a picture and a table.
// Where it stands: report; the command line calls it for `mote search --html`.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace mote {

/// The page, UTF-8. Errors as html_report's.
Result<std::string> search_page(const nlohmann::json& search);

}  // namespace mote
