// A report's JSON as one HTML page that needs nothing else: scripts, style and data are inside it.
// Where it stands: report; the end of the way. The command line calls it for `mote profile --html` and for the demo.
// docs/reports.md describes the JSON key by key. The pictures are drawn in the reader's browser by Observable Plot.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace mote {

/// The page, UTF-8. `report` needs the key `model`; every section whose key is absent is left out of the page. The flat
/// JSON of `mote profile --json` is accepted too.
/// Errors: BadInput naming the key whose type is wrong; Io if Mote's page files or the chart library
/// (`npm ci` in Mote's folder, which `./x` does) are not there.
Result<std::string> html_report(const nlohmann::json& report);

/// The same from JSON text; BadInput with the position if it is no JSON.
Result<std::string> html_report(const std::string& json_text);

}  // namespace mote
