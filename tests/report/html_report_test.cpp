// The report page: what it refuses, that it needs nothing from outside, and, rendered by jsdom, that every section is
// drawn with the numbers of the JSON.
#include "report/html_report.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/files.h"
#include "report/search_page.h"

namespace mote {
namespace {

using nlohmann::json;

json full_report() {
  return json::parse(R"({
    "model": {"name": "activity <b>", "hash": "00ff"}, "board": {"name": "nano33ble", "clock_hz": 64000000},
    "accuracy": {"float": 0.75, "int8": 0.5, "board": 0.5, "samples": 4, "classes": ["rest", "walk"], "confusion": [[1, 1], [1, 1]],
                 "per_class": [{"class": "rest", "examples": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5, "auc": 0.75},
                               {"class": "walk", "examples": 0, "precision": 0, "recall": 0, "f1": 0}],
                 "roc": [{"class": "rest", "auc": 0.75, "points": [[0, 0], [0, 0.5], [0.5, 1], [1, 1]]}],
                 "calibration": {"error": 0.2, "bins": [{"examples": 0, "confidence": 0, "accuracy": 0}, {"examples": 4, "confidence": 0.7, "accuracy": 0.5}]},
                 "bit_exact": true},
    "training": {"seed": 7, "split": "by person", "epochs": [{"epoch": 1, "loss": 0.9, "accuracy": 0.5, "val_accuracy": 0.5},
                                                             {"epoch": 2, "loss": 0.5, "accuracy": 0.7, "val_accuracy": 0.6}]},
    "memory": {"arena_bytes": 30, "stack_bytes": 10, "ram_bytes": 40, "flash_bytes": 3145728, "steps": ["conv", "dense"],
               "buffers": [{"name": "in", "kind": "input", "offset": 0, "bytes": 20, "first": -1, "last": 0},
                           {"name": "mid", "kind": "activation", "offset": 10, "bytes": 20, "first": 0, "last": 1},
                           {"name": "out", "kind": "output", "offset": 0, "bytes": 2, "first": 1, "last": 2}]},
    "performance": {"instructions": 1234567, "cycles_estimated": 1500000, "latency_ms_estimated": 23.4,
                    "energy_uj_estimated": 300, "battery_days_estimated": 100, "source": "a table"},
    "layers": [{"name": "conv", "op": "conv2d", "kernel": "mote_conv2d_s8", "macs": 1000, "cycles_estimated": 1000000, "constant_bytes": 9},
               {"name": "dense", "op": "fully_connected", "kernel": "k", "macs": 500, "cycles_estimated": 500000, "constant_bytes": 5}],
    "limits": [{"name": "RAM", "limit": 30, "value": 40, "unit": "B", "met": false}],
    "provenance": {"mote_version": "0.1.0"}
  })");
}

/// True if the chart library is there; tests of the page itself are skipped without it.
bool have_library() { return read_text(mote_home() / "node_modules/@observablehq/plot/dist/plot.umd.min.js").ok(); }

/// What jsdom finds in the page; null if node or jsdom is not there.
json render(const std::string& page) {
  auto folder = TemporaryFolder::create();
  EXPECT_TRUE(folder.ok());
  const auto path = folder->path() / "page.html";
  EXPECT_TRUE(write_text(path, page).ok());
  const std::string command = "node '" MOTE_TEST_SOURCE_DIR "/tests/report/render.mjs' '" + path.string() + "' 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return nullptr;
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  const int status = WEXITSTATUS(pclose(pipe));
  if (status == 77 || status == 127) return nullptr;
  json seen = json::parse(text, nullptr, false);
  EXPECT_FALSE(seen.is_discarded()) << text;
  return seen;
}

TEST(HtmlReport, RefusesWhatIsNoReport) {
  EXPECT_EQ(html_report(std::string("{")).error().code, Code::BadInput);
  EXPECT_EQ(html_report(json::array()).error().code, Code::BadInput);
  EXPECT_EQ(html_report(json::object()).error().to_string(), "report: model: is missing");
  const auto broken = [](const char* pointer, json value) {
    json report = full_report();
    report[json::json_pointer(pointer)] = std::move(value);
    const auto page = html_report(report);
    return page.ok() ? std::string("accepted") : page.error().to_string();
  };
  EXPECT_EQ(broken("/layers", 3), "report: layers: must be an array");
  EXPECT_EQ(broken("/memory", "x"), "report: memory: must be an object");
  EXPECT_EQ(broken("/memory/buffers/1/offset", "x"), "memory.buffers[1].offset: must be a number");
  EXPECT_EQ(broken("/accuracy/roc/0/auc", "x"), "accuracy.roc[0].auc: must be a number");
  EXPECT_EQ(broken("/accuracy/confusion", json::parse("[[1,2]]")), "accuracy.confusion: must be square");
  EXPECT_EQ(broken("/accuracy/classes", json::parse("[\"a\"]")),
            "accuracy.classes: must name each row of accuracy.confusion");
}

TEST(HtmlReport, NeedsNothingFromOutside) {
  if (!have_library()) GTEST_SKIP() << "the chart library is not installed; ./x installs it";
  const auto page = html_report(full_report());
  ASSERT_TRUE(page.ok()) << page.error().to_string();
  for (const char* outside : {" src=", "<link", "@import", "fetch(\"", "url(http"}) {
    EXPECT_EQ(page->find(outside), std::string::npos) << outside;
  }
  EXPECT_EQ(page->find("/*{"), std::string::npos) << "a marker of page.html was not replaced";
  EXPECT_EQ(page->find("activity <b>"), std::string::npos) << "text of the JSON must not become markup";
}

TEST(HtmlReport, DrawsEverySection) {
  if (!have_library()) GTEST_SKIP() << "the chart library is not installed; ./x installs it";
  const json seen = render(*html_report(full_report()));
  if (seen.is_null()) GTEST_SKIP() << "node or jsdom is not installed; ./x installs them";
  EXPECT_EQ(seen["errors"], json::array());
  EXPECT_EQ(seen["title"], "activity <b> on nano33ble: Mote report");
  EXPECT_EQ(seen["headings"],
            json({"Limits", "What it confuses", "Class by class", "How sure it is", "Memory over time",
                  "Where the time goes", "Training", "Layers", "Where the figures come from"}));
  const json& tiles = seen["tiles"];
  EXPECT_EQ(tiles["Accuracy, float"], "75.00 %");
  EXPECT_EQ(tiles["Accuracy, on the board"], "50.00 %");
  EXPECT_EQ(tiles["RAM"], "40 B");
  EXPECT_EQ(tiles["Flash"], "3.0 MiB");
  EXPECT_EQ(tiles["Instructions"], "1.23 M");
  EXPECT_EQ(tiles["Latency"], "23.4 ms");
  EXPECT_EQ(seen["estimates"], 4) << "cycles, latency, energy and battery life are estimates and must say so";
  EXPECT_EQ(seen["verdicts"].size(), 2U);
  const json classes = {json({"rest", "2", "0.5", "0.5", "0.5", "0.75"}), json({"walk", "0", "0", "–", "–", "–"})};
  EXPECT_EQ(seen["classes"], classes) << "what a class without examples has no figure for is a dash";
  EXPECT_EQ(seen["memory_rectangles"], json({3, 1})) << "three buffers; in and mid share ten bytes in step 0";
  for (const char* picture : {"Confusion matrix", "ROC curves", "Reliability", "Memory map over time",
                              "cycles (estimate)", "Loss by epoch", "Accuracy by epoch"}) {
    EXPECT_TRUE(seen["pictures"].contains(picture)) << picture;
  }
  EXPECT_EQ(seen["outside"], json::array()) << "a curve leaves its picture";
  EXPECT_EQ(seen["markup"], 0);
}

TEST(HtmlReport, DrawsScoresAndCosts) {
  json report = json::parse(
      R"({"model": "bearing", "accuracy": {"classes": ["normal", "anomaly"], "confusion": [[3, 1], [0, 4]], "int8": 0.875, "samples": 8},
    "anomaly": {"normal": 4, "anomalous": 4, "threshold": 0.5, "false_alarms": 0.25, "hits": 1, "partial_rate": 0.1,
                "auc": {"value": 0.9375, "low": 0.8, "high": 1}, "partial_auc": {"value": 0.9, "low": 0.7, "high": 1},
                "roc": [[0, 0], [0, 0.75], [0.25, 1], [1, 1]], "kinds": [{"class": "worn", "examples": 4, "auc": 0.9375, "hits": 1}],
                "histogram": {"logarithmic": true, "edges": [0.1, 1, 10], "normal": [3, 1], "anomalous": [0, 4]}},
    "training": {"seed": 1, "epochs": []},
    "costs": [{"board": "nano33ble", "macs": 1000, "arena_bytes_estimated": 200, "ram_bytes": 262144}, {"board": "pico", "macs": 1000}]})");
  const auto refused = [&](const char* pointer, json value) {
    json broken = report;
    broken[json::json_pointer(pointer)] = std::move(value);
    return html_report(broken).error().to_string();
  };
  EXPECT_EQ(refused("/anomaly/histogram/edges", json::parse("[1]")),
            "anomaly.histogram: needs lists of numbers, one more edge than bins");
  EXPECT_EQ(refused("/anomaly/kinds/0/examples", "x"), "anomaly.kinds[0].examples: must be a number");
  EXPECT_EQ(refused("/costs", 1), "report: costs: must be an array");
  if (!have_library()) GTEST_SKIP() << "the chart library is not installed; ./x installs it";
  const auto page = html_report(report);
  ASSERT_TRUE(page.ok()) << page.error().to_string();
  const json seen = render(*page);
  if (seen.is_null()) GTEST_SKIP() << "node or jsdom is not installed; ./x installs them";
  EXPECT_EQ(seen["errors"], json::array());
  EXPECT_EQ(seen["headings"],
            json({"What it confuses", "What is not normal", "What it would cost", "Where the figures come from"}))
      << "a k-means has no epochs to draw";
  EXPECT_EQ(seen["tiles"]["AUC of the score"], "0.9375");
  EXPECT_GE(seen["pictures"]["Scores"], 3) << "two bins of normal examples, one of anomalies";
  EXPECT_TRUE(seen["pictures"].contains("ROC curves"));
  EXPECT_EQ(seen["outside"], json::array());
}

TEST(SearchPage, DrawsTheFrontAndListsTheCandidates) {
  EXPECT_EQ(search_page(json::object()).error().code, Code::BadInput);
  const auto candidate = [](int id, double accuracy, const char* obstacle) {
    return json{{"id", id},
                {"epochs", *obstacle == 0 ? 9 : 0},
                {"validation_accuracy", accuracy},
                {"instructions_estimated", 1000 * id},
                {"ram_bytes_estimated", 100},
                {"flash_bytes_estimated", 900},
                {"settings", "network.width = <b>"},
                {"obstacle", obstacle},
                {"failure", ""}};
  };
  json front = {{"id", 2},
                {"validation_accuracy", 0.9},
                {"instructions", 2100},
                {"cycles_estimated", 3000},
                {"latency_ms_estimated", 1.5},
                {"energy_uj_estimated", nullptr},
                {"ram_bytes", 120},
                {"flash_bytes", 950},
                {"settings", "network.width = <b>"},
                {"within_limits", true}};
  const json search = {{"board", "nano33ble"},
                       {"seed", 1},
                       {"rungs_epochs", {3, 9}},
                       {"front", {front}},
                       {"candidates", {candidate(1, 0.5, ""), candidate(2, 0.9, ""), candidate(3, 0, "too large")}}};
  const auto page = search_page(search);
  ASSERT_TRUE(page) << page.error().to_string();
  const json seen = render(*page);
  if (seen.is_null()) GTEST_SKIP() << "node or jsdom is not installed";
  EXPECT_TRUE(seen["errors"].empty()) << seen["errors"];
  EXPECT_EQ(seen["headings"], json({"Pareto front", "All candidates"}));
  EXPECT_TRUE(seen["pictures"].contains("Pareto front")) << seen["pictures"];
  EXPECT_EQ(seen["rows"], 1 + 3);
  EXPECT_EQ(seen["markup"], 0);

  // With folds, and with a reference that is not on the front: it has a row of its own.
  json with = search;
  with["folds"] = {{"anna", "bert"}, {"carl"}};
  with["front"][0]["fold_accuracies"] = {0.8, 1.0};
  with["front"][0]["beats_reference"] = true;
  with["reference"] = with["front"][0];
  with["reference"].erase("beats_reference");
  with["candidates"][0]["reference"] = true;
  const json more = render(*search_page(with));
  EXPECT_TRUE(more["errors"].empty()) << more["errors"];
  EXPECT_EQ(more["rows"], 2 + 3);
}

TEST(HtmlReport, TakesTheFlatJsonOfProfile) {
  if (!have_library()) GTEST_SKIP() << "the chart library is not installed; ./x installs it";
  const json flat =
      json::parse(R"({"model": "kws", "model_hash": "12", "board": "pico", "arena_bytes": 100, "ram_bytes": 150,
    "stack_bytes": null, "instructions": 5000, "cycles_estimated": 6000, "latency_ms_estimated": 0.05, "energy_uj_estimated": null,
    "bit_exact": null, "estimate_source": "a table", "layers": [{"name": "a", "op": "add", "macs": 0, "instructions": 5000}]})");
  const json seen = render(*html_report(flat));
  if (seen.is_null()) GTEST_SKIP() << "node or jsdom is not installed; ./x installs them";
  EXPECT_EQ(seen["errors"], json::array());
  EXPECT_EQ(seen["headings"], json({"Where the time goes", "Layers", "Where the figures come from"}));
  EXPECT_EQ(seen["tiles"]["RAM"], "150 B");
  EXPECT_EQ(seen["tiles"]["Latency"], "50 µs");
  EXPECT_FALSE(seen["tiles"].contains("Energy"));
}

}  // namespace
}  // namespace mote
