// Before a training begins: are the project's boards known, and can one of them hold the network? Where it stands:
// under `mote train`, which would otherwise find out hours later.
#pragma once

#include "train/trainer.h"

namespace mote::cli {

/// What a training of this project must ask of its network: DoesNotFit if by estimate (search/cost.h) none of the
/// boards that the project names has the flash and RAM. A project that asks for pruning, zeros or fewer bits is not
/// judged by its network. BadInput: the project cannot be read, or there is no such board.
Result<NetworkCheck> check_for_boards(const std::filesystem::path& project);

}  // namespace mote::cli
