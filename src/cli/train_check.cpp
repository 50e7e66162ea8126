// See train_check.h.
#ifdef MOTE_HAVE_TRAIN
#include "cli/train_check.h"

#include <fmt/format.h>

#include "board/board.h"
#include "search/cost.h"

namespace mote::cli {
namespace {

bool shrinks(const CompressSpec& spec) {
  return spec.keep_macs < 1 || spec.wants_sparsity() || spec.weight_bytes > 0 || spec.precision.weights < 8 ||
         !spec.layers.empty();
}

}  // namespace

Result<NetworkCheck> check_for_boards(const std::filesystem::path& project) {
  MOTE_TRY(const Recipe recipe, read_recipe(project));
  std::vector<Board> boards;
  for (const std::string& name : recipe.boards) {
    auto board = load_board(name);
    if (!board) return std::move(board).error().at(project.string() + ": boards");
    boards.push_back(std::move(*board));
  }
  return NetworkCheck([project, boards](const Recipe& trained, const Graph& network) -> Result<void> {
    if (shrinks(trained.compress)) return {};
    Recipe unlimited = trained;
    unlimited.limits = {};  // those are for what was trained
    std::vector<std::string> obstacles;
    for (const Board& board : boards) {
      const auto cost = search::estimate_cost(unlimited, network, board);
      if (!cost || cost->obstacle.empty()) return {};
      obstacles.push_back(board.name + " " + cost->obstacle);
    }
    if (obstacles.empty()) return {};
    return does_not_fit(fmt::format("the network fits none of the boards: {} (estimates); make it narrower, or name "
                                    "other boards",
                                    fmt::join(obstacles, "; ")),
                        project.string());
  });
}

}  // namespace mote::cli

#endif
