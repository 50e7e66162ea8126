// `mote boards`: the boards that Mote knows.
#include <fmt/format.h>

#include "board/board.h"
#include "cli/session.h"

namespace mote::cli {

void add_boards(CLI::App& app, Session& session) {
  add_command(app, session, "boards", "List the supported boards", [&session]() -> Result<int> {
    session.say(
        fmt::format("{:<16} {:<12} {:>8} {:>9} {:>9}  {}", "board", "target", "MHz", "flash KiB", "RAM KiB", ""));
    for (const std::string& name : list_boards()) {
      MOTE_TRY(const Board board, load_board(name));
      const auto or_dash = [](std::int64_t value) { return value > 0 ? fmt::format("{}", value) : std::string("-"); };
      session.say(fmt::format("{:<16} {:<12} {:>8} {:>9} {:>9}  {}", board.name, board.target.target.name,
                              or_dash(board.clock_hz / 1000000), or_dash(board.flash.bytes / 1024),
                              or_dash(board.ram_bytes() / 1024), board.description));
    }
    return 0;
  });
}

}  // namespace mote::cli
