// A board: boards/<name>.toml together with its target. Where it stands: board; build, run and measure all start from
// one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "board/target.h"

namespace mote {

/// What the board draws, for the energy estimate. Figures are typical values of the data sheet named in `source`.
struct Currents {
  double voltage = 0;    ///< V at which the figures below hold
  double active_ma = 0;  ///< mA at the board's clock, running code
  double sleep_ua = 0;   ///< uA in the deepest sleep that keeps RAM (or as `source` says)
  std::string source;    ///< data sheet, revision if known, and section
};

/// What reading the flash costs when its word is in no cache. For an estimate beside `cycles_estimated`, which takes
/// all memory as free of wait states.
struct FlashTiming {
  /// A way to set the flash up.
  struct Mode {
    std::string name;              ///< "two banks"
    std::int64_t width_bytes = 0;  ///< of one read of the flash
    bool prefetch = false;         ///< the word behind one that instructions came from is read at once
  };
  std::int64_t wait_states = 0;        ///< cycles for every word that is in no cache
  std::int64_t line_bytes = 0;         ///< of a cache line
  std::int64_t instruction_lines = 0;  ///< lines of the instruction cache
  std::int64_t data_lines = 0;         ///< lines of the data cache
  std::vector<Mode> modes;             ///< 1 to 4; the first is how the board comes
  std::string source;
};

struct Board {
  std::string name;               ///< "nano33ble"
  std::string description;        ///< "Arduino Nano 33 BLE Sense (nRF52840)"
  TargetFile target;              ///< with the board's own emulator if its file has one
  std::int64_t clock_hz = 0;      ///< 0: unknown (host): no latency or energy estimate
  MemoryRegion flash;             ///< bytes 0: no limit (host)
  std::vector<MemoryRegion> ram;  ///< the first is where the firmware's data, arena and stack live; bytes 0: no limit
  std::optional<FlashTiming> flash_timing;
  std::string memory_source;  ///< where the sizes are from
  std::optional<Currents> currents;
  std::vector<std::string> deploy;  ///< formats that `mote deploy` can write for it

  bool is_host() const { return target.emulator.program.empty(); }
  std::int64_t ram_bytes() const { return ram.empty() ? 0 : ram.front().bytes; }
};

/// `name` of a file in boards/, or the path of a board file (ends in .toml). BadInput says what is wrong and where.
Result<Board> load_board(const std::string& name_or_path);

/// Names of all boards in boards/, sorted.
std::vector<std::string> list_boards();

}  // namespace mote
