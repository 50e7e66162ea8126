// Every kernel of a chip's own folder (device/cortex_m4, device/cortex_m55) against its operator's reference, bit for
// bit, twice: its C form on the host and its assembly on the emulated chip. The cases that a kernel applies to become
// one model with a node each, so that a whole list costs one compilation and one run.
#pragma once

#include "board/board.h"
#include "kernels/kernel.h"
#include "tests/ops/cases.h"

namespace mote::testing {

/// A graph of cases side by side, and two samples of every input: the case's own and another.
struct Merged {
  Graph graph;
  std::vector<Bytes> inputs;
  int count = 0;
};
void merge(Merged& into, const OpCase& test);
/// Fourteen networks side by side, of seeds from `first` on, each with random inputs of its seed.
Merged networks_side_by_side(const std::string& name, std::uint64_t first, Graph (*network)(std::uint64_t seed));

/// Emits and builds the plan, runs both samples and compares with the reference.
void check_plan(const Merged& merged, const Result<Plan>& plan, const Target& target, const Board& board,
                const std::string& where);

/// The kernels whose source lies in device/<folder>, but for those that do two nodes at once (rows_test.cpp).
std::vector<const KernelDef*> kernels_of_folder(const char* folder);

/// Those of `cases` that the kernel takes on the board's target, at most `most` and 180,000 bytes of them, on the
/// board. Floats may differ by 1e-5 of their output's largest value.
void expect_reference_on(const Board& board, const KernelDef& def, const std::vector<OpCase>& cases, int most = 80);

/// The same, and then the chip's C forms on this machine.
void expect_reference_on_host_and_chip(const KernelDef& def, const Board& board, const std::vector<OpCase>& cases,
                                       int most = 80);

}  // namespace mote::testing
