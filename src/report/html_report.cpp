// Checks the shape of a report and puts it with the page's files (src/report/page) and the chart library into one page.
// Where it stands: report. The page draws nothing that is not in the JSON; all drawing is in page/*.js.
#include "report/html_report.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "report/search_page.h"
#include "report/sections.h"

namespace mote {
namespace {

using nlohmann::json;

/// What goes into a page, in this order: marker in page.html, file below Mote's folder.
using Parts = std::array<std::pair<std::string_view, std::string_view>, 6>;
constexpr Parts kReport = {{
    {"/*{report.css}*/", "src/report/page/report.css"},
    {"/*{d3}*/", "node_modules/d3/dist/d3.min.js"},
    {"/*{plot}*/", "node_modules/@observablehq/plot/dist/plot.umd.min.js"},
    {"/*{format.js}*/", "src/report/page/format.js"},
    {"/*{charts.js}*/", "src/report/page/charts.js"},
    {"/*{report.js}*/", "src/report/page/report.js"},
}};

constexpr Parts kSearch = {{
    {"/*{report.css}*/", "src/report/page/report.css"},
    {"/*{d3}*/", "node_modules/d3/dist/d3.min.js"},
    {"/*{plot}*/", "node_modules/@observablehq/plot/dist/plot.umd.min.js"},
    {"/*{format.js}*/", "src/report/page/format.js"},
    {"/*{charts.js}*/", "src/report/page/front_chart.js"},
    {"/*{report.js}*/", "src/report/page/search.js"},
}};

/// Keys of a report and what must stand there. Numbers inside a section are checked by `check_numbers`.
enum class Shape { kObject, kArray };
constexpr std::array<std::pair<std::string_view, Shape>, 9> kSections = {{
    {"accuracy", Shape::kObject},
    {"training", Shape::kObject},
    {"memory", Shape::kObject},
    {"performance", Shape::kObject},
    {"layers", Shape::kArray},
    {"provenance", Shape::kObject},
    {"limits", Shape::kArray},
    {"anomaly", Shape::kObject},
    {"costs", Shape::kArray},
}};

/// The rows of `array` must be objects that have a number at each of `keys`.
Result<void> check_rows(const json& section, const std::string& where, std::initializer_list<const char*> keys) {
  if (!section.is_array()) return bad_input("must be an array of objects", where);
  for (std::size_t i = 0; i < section.size(); ++i) {
    const std::string place = where + "[" + std::to_string(i) + "]";
    if (!section[i].is_object()) return bad_input("must be an object", place);
    for (const char* key : keys) {
      const auto value = section[i].find(key);
      if (value == section[i].end() || !value->is_number()) return bad_input("must be a number", place + "." + key);
    }
  }
  return {};
}

Result<void> check_confusion(const json& accuracy) {
  if (!accuracy.contains("confusion")) return {};
  const json& rows = accuracy["confusion"];
  if (!rows.is_array()) return bad_input("must be an array of rows", "accuracy.confusion");
  for (const json& row : rows) {
    if (!row.is_array() || row.size() != rows.size()) return bad_input("must be square", "accuracy.confusion");
    for (const json& count : row) {
      if (!count.is_number()) return bad_input("must hold numbers", "accuracy.confusion");
    }
  }
  if (accuracy.contains("classes") && (!accuracy["classes"].is_array() || accuracy["classes"].size() != rows.size())) {
    return bad_input("must name each row of accuracy.confusion", "accuracy.classes");
  }
  return {};
}

/// One more edge than bins, numbers all.
Result<void> check_histogram(const json& anomaly) {
  if (!anomaly.contains("histogram")) return {};
  const json& histogram = anomaly["histogram"];
  const auto numbers = [&](const char* key) {
    return histogram.is_object() && histogram.contains(key) && histogram[key].is_array() &&
           std::all_of(histogram[key].begin(), histogram[key].end(), [](const json& v) { return v.is_number(); });
  };
  if (!numbers("edges") || !numbers("normal") || !numbers("anomalous") ||
      histogram["normal"].size() != histogram["anomalous"].size() ||
      (!histogram["edges"].empty() && histogram["edges"].size() != histogram["normal"].size() + 1))
    return bad_input("needs lists of numbers, one more edge than bins", "anomaly.histogram");
  return {};
}

Result<void> check(const json& report) {
  if (!report.is_object()) return bad_input("a report is a JSON object", "report");
  if (!report.contains("model")) return bad_input("is missing", "report: model");
  for (const char* key : {"model", "board"}) {
    if (report.contains(key) && !report[key].is_object() && !report[key].is_string()) {
      return bad_input("must be a name or an object", std::string("report: ") + key);
    }
  }
  for (const auto& [key, shape] : kSections) {
    const auto section = report.find(std::string(key));
    if (section == report.end()) continue;
    if (shape == Shape::kObject ? !section->is_object() : !section->is_array()) {
      return bad_input(shape == Shape::kObject ? "must be an object" : "must be an array",
                       "report: " + std::string(key));
    }
  }
  if (report.contains("accuracy")) {
    const json& accuracy = report["accuracy"];
    MOTE_TRY_VOID(check_confusion(accuracy));
    if (accuracy.contains("per_class"))
      MOTE_TRY_VOID(check_rows(accuracy["per_class"], "accuracy.per_class", {"examples"}));
    if (accuracy.contains("roc")) MOTE_TRY_VOID(check_rows(accuracy["roc"], "accuracy.roc", {"auc"}));
  }
  if (report.contains("anomaly")) {
    const json& anomaly = report["anomaly"];
    if (anomaly.contains("kinds")) MOTE_TRY_VOID(check_rows(anomaly["kinds"], "anomaly.kinds", {"examples"}));
    MOTE_TRY_VOID(check_histogram(anomaly));
  }
  if (report.contains("costs")) MOTE_TRY_VOID(check_rows(report["costs"], "costs", {}));
  if (report.contains("training") && report["training"].contains("epochs")) {
    MOTE_TRY_VOID(check_rows(report["training"]["epochs"], "training.epochs", {"epoch"}));
  }
  if (report.contains("memory") && report["memory"].contains("buffers")) {
    MOTE_TRY_VOID(check_rows(report["memory"]["buffers"], "memory.buffers", {"offset", "bytes", "first", "last"}));
  }
  if (report.contains("layers")) MOTE_TRY_VOID(check_rows(report["layers"], "layers", {}));
  return {};
}

/// JSON that may stand inside a script element: "<" only occurs in strings, where \u003c means the same.
std::string json_inside_script(const json& value) {
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

Result<void> replace_once(std::string& page, std::string_view marker, const std::string& text) {
  const std::size_t at = page.find(marker);
  if (at == std::string::npos)
    return internal_error("lacks the marker " + std::string(marker), "src/report/page/page.html");
  page.replace(at, marker.size(), text);
  return {};
}

Result<std::string> make_page(const Parts& parts, const json& data) {
  const std::filesystem::path home = mote_home();
  MOTE_TRY(std::string page, read_text(home / "src/report/page/page.html"));
  for (const auto& [marker, file] : parts) {
    auto text = read_text(home / file);
    if (!text.ok()) {
      if (!file.starts_with("node_modules/")) return std::move(text).error();
      return io_error("the chart library of the HTML report is not installed; run `npm ci` in " + home.string(),
                      std::string(file));
    }
    if (text->find("</script") != std::string::npos)
      return internal_error("would end the script it is put into", std::string(file));
    MOTE_TRY_VOID(replace_once(page, marker, *text));
  }
  MOTE_TRY_VOID(replace_once(page, "{\"report\": {}}", json_inside_script(data)));
  return page;
}

}  // namespace

Result<std::string> html_report(const json& given) {
  const json report = with_sections(given);
  MOTE_TRY_VOID(check(report));
  return make_page(kReport, report);
}

Result<std::string> search_page(const json& search) {
  if (!search.is_object() || !search.contains("front") || !search.contains("candidates"))
    return bad_input("needs \"front\" and \"candidates\"", "search");
  return make_page(kSearch, search);
}

Result<std::string> html_report(const std::string& json_text) {
  json report = json::parse(json_text, nullptr, false);
  if (report.is_discarded()) return bad_input("is no JSON", "report");
  return html_report(report);
}

}  // namespace mote
