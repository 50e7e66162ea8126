// See model_options.h.
#include "cli/model_options.h"

namespace mote::cli {

void ModelOptions::add_to(CLI::App& command, const std::string& what, bool board_required) {
  command.add_option("MODEL", model, what)->required();
  command.add_option("--board", board, "A board's name (see `mote boards`) or a board file")->required(board_required);
  command.add_option("--optimize", optimize, "What to favour")
      ->check(CLI::IsMember({"balanced", "size", "speed", "ram"}))
      ->capture_default_str();
  command.add_option("--max-flash", max_flash, "Limit for weights, in bytes (default: the board's flash)")
      ->check(CLI::PositiveNumber);
  command.add_option("--max-ram", max_ram, "Limit for the arena, in bytes (default: the board's RAM)")
      ->check(CLI::PositiveNumber);
  command.add_option("--max-cycles", max_cycles, "Limit for the estimated instructions of one inference")
      ->check(CLI::PositiveNumber);
  command
      .add_option(
          "--disable", disabled,
          "Names of passes or kernels to leave out; fast_kernels: all but the portable ones; row_chains: layers "
          "done by bands of rows; concat_views, slice_views: concats and slices in place")
      ->delimiter(',');
  command.add_option("--stream", stream, "Take this many new frames a step and keep states instead of whole windows")
      ->check(CLI::PositiveNumber);
  command.add_option("--dump-dir", dump_dir, "Write the graph after every pass into this folder");
}

}  // namespace mote::cli
