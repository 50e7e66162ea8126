// The order of the passes, written in pipeline.cpp and nowhere else, and how they are watched.
// Where it stands: Graph -> passes -> Graph, before `plan`. Each pass keeps what the graph computes: bit for bit in
// integers, to rounding in float where algebra reorders sums.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

struct PassDef {
  std::string_view name;
  std::string_view summary;  ///< one line
  Result<void> (*run)(Graph& graph, const Target& target) = nullptr;
};

/// All passes in the order in which they run.
std::span<const PassDef> all();

struct PipelineOptions {
  std::string stop_after;            ///< name of the last pass to run; empty: all
  std::filesystem::path dump_dir;    ///< gets `00.input.mir`, `01.<pass>.mir`, ...; empty: nothing is written
  std::vector<std::string> disable;  ///< names of passes to leave out
};

struct PassRecord {
  std::string name;
  double seconds = 0.0;
  std::size_t nodes_before = 0;
  std::size_t nodes_after = 0;
};

/// Runs the passes on a verified graph and verifies it after each. BadInput: an unknown pass is named. Internal: a pass
/// failed or broke the graph; the message names it and the `.mir` file (in dump_dir, else a temporary folder) that
/// holds the graph before it.
Result<std::vector<PassRecord>> run(Graph& graph, const Target& target, const PipelineOptions& options = {});

/// The same with another list of passes; `run` above is this with all().
Result<std::vector<PassRecord>> run_passes(std::span<const PassDef> passes, Graph& graph, const Target& target,
                                           const PipelineOptions& options);

}  // namespace mote::passes
