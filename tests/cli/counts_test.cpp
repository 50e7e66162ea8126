// Speed and size are held: instructions, RAM and flash of the four MLPerf Tiny models may not grow by more than 1 %
// over tests/bench/counts.json. Counts are deterministic (an emulator, no clock), so this is no timed test. After a
// gain, or a loss that is meant, MOTE_UPDATE_GOLDEN=1 writes the file anew.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "board/process.h"
#include "tests/import/shared.h"

namespace mote {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Setting {
  const char* model;
  const char* board;
  std::vector<std::string> options;
};

/// The goals' settings on the Cortex-M4, and the defaults elsewhere.
const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = {
      {"vww_96_int8", "nano33ble", {}},
      {"ic_resnet_int8", "nano33ble", {}},
      {"ic_resnet_int8", "nano33ble", {"--optimize", "speed"}},
      {"ic_resnet_int8", "nano33ble", {"--optimize", "speed", "--max-flash", "290000", "--max-ram", "36300"}},
      {"kws_ref_int8", "nano33ble", {}},
      {"ad01_int8", "nano33ble", {}},
      {"vww_96_int8", "nano33ble", {"--optimize", "ram"}},
      {"vww_96_int8", "pico", {}},
      {"ic_resnet_int8", "pico", {}},
      {"kws_ref_int8", "pico", {}},
      {"ad01_int8", "pico", {}},
      {"kws_ref_int8", "esp32-c3", {}},
      {"kws_ref_int8", "esp8266", {}},
      {"str_ww_ref_int8", "nano33ble", {}},
      {"str_ww_ref_int8", "nano33ble", {"--stream", "1"}},
      {"ad01_int8", "esp32-c3", {}},
      {"ad01_int8", "esp32-c3", {"--optimize", "speed"}},
      {"ic_resnet_int8", "esp32-c3", {}},
      {"vww_96_int8", "esp8266", {}},
      {"vww_96_int8", "mps3-an547", {}},
      {"ic_resnet_int8", "mps3-an547", {}},
      {"kws_ref_int8", "mps3-an547", {}},
      {"ad01_int8", "mps3-an547", {}},
  };
  return all;
}

TEST(Counts, DoNotGrow) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const fs::path file = fs::path(MOTE_TEST_SOURCE_DIR) / "tests" / "bench" / "counts.json";
  const char* update = std::getenv("MOTE_UPDATE_GOLDEN");
  const bool rebase = update != nullptr && *update == '1';
  const Json expected = rebase ? Json() : Json::parse(read_text(file).value());
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  Json measured;
  for (const Setting& setting : settings()) {
    const std::string name = fmt::format("{} {} {}", setting.model, setting.board, fmt::join(setting.options, " "));
    const fs::path report = folder->path() / "report.json";
    std::vector<std::string> command = {
        MOTE_PROGRAM,
        "profile",
        shared_folder() / "models" / "mlperf_tiny" / fmt::format("{}.tflite", setting.model),
        "--board",
        setting.board,
        "--json",
        report};
    command.insert(command.end(), setting.options.begin(), setting.options.end());
    const auto end = run_process(command);
    ASSERT_TRUE(end.ok() && end->succeeded()) << name << ": " << (end.ok() ? end->err : "");
    const Json json = Json::parse(read_text(report).value());
    for (const char* key : {"instructions", "ram_bytes", "flash_bytes"}) {
      const auto now = json[key].get<std::int64_t>();
      measured[name][key] = now;
      if (rebase) continue;
      ASSERT_TRUE(expected.contains(name)) << name << " is not in " << file;
      const auto before = expected[name][key].get<std::int64_t>();
      EXPECT_LE(now * 100, before * 101) << name << ": " << key << " grew from " << before << " to " << now;
    }
  }
  if (rebase) {
    ASSERT_TRUE(write_text(file, measured.dump(1) + "\n").ok());
  }
}

}  // namespace
}  // namespace mote
