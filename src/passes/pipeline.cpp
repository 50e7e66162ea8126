// See pipeline.h.
#include "passes/pipeline.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "ir/graph_file.h"
#include "ir/verify.h"
#include "passes/dead_channels.h"
#include "passes/duplicate_channels.h"
#include "passes/fold_batch_norm.h"
#include "passes/fold_bias.h"
#include "passes/fold_constants.h"
#include "passes/fold_pad.h"
#include "passes/fuse_activation.h"
#include "passes/merge_concats.h"
#include "passes/merge_reshapes.h"
#include "passes/merge_slices.h"
#include "passes/remove_dead_nodes.h"
#include "passes/remove_no_ops.h"
#include "passes/split_layers.h"
#include "passes/stack_layers.h"

namespace mote::passes {
namespace fs = std::filesystem;
namespace {

constexpr std::array kPasses = {
    // First less to look at,
    PassDef{"remove_dead_nodes", "removes what nobody needs", remove_dead_nodes},
    PassDef{"fold_constants", "computes what depends on constants alone", fold_constants},
    PassDef{"remove_no_ops", "removes nodes that only hand on their input", remove_no_ops},
    PassDef{"merge_reshapes", "of reshapes in a row keeps the last", merge_reshapes},
    PassDef{"merge_slices", "slices read from before slices, concats and pads", merge_slices},
    PassDef{"merge_concats", "concats of concats and of neighbouring slices become one", merge_concats},
    // then everything into the layers with weights: the bias before the batch norm that follows it, both before the
    // activation,
    PassDef{"fold_bias", "added constant vectors go into float biases", fold_bias},
    PassDef{"fold_batch_norm", "batch normalisation goes into float weights and biases", fold_batch_norm},
    PassDef{"fold_pad", "padding goes into the pads of convolutions and max pools", fold_pad},
    PassDef{"fuse_activation", "relu and relu6 go into the operator before", fuse_activation},
    // layers whole, with what cuts and joins their channels: what is cut may be joined in another order,
    PassDef{"split_layers", "layers whose channels are sliced become one for each slice", split_layers},
    PassDef{"stack_layers", "layers whose channels are joined become one", stack_layers},
    // and last, when each layer stands alone with its constants, what they make constant.
    PassDef{"duplicate_channels", "of int8 channels that are the same leaves one in use", duplicate_channels},
    PassDef{"dead_channels", "removes int8 channels that are constant or unread", dead_channels},
};

Result<void> check_name(std::span<const PassDef> passes, std::string_view name) {
  for (const PassDef& pass : passes)
    if (pass.name == name) return {};
  std::string known;
  for (const PassDef& pass : passes) known += fmt::format("{}{}", known.empty() ? "" : ", ", pass.name);
  return bad_input(fmt::format("there is no pass \"{}\"; there are: {}", name, known));
}

Result<void> dump(const Graph& graph, const PipelineOptions& options, std::size_t number, std::string_view name) {
  if (options.dump_dir.empty()) return {};
  return save_graph(graph, options.dump_dir / fmt::format("{:02}.{}.mir", number, name));
}

/// Writes the graph as it was before the pass and says where.
Error blame(const PassDef& pass, const Graph& before, const PipelineOptions& options, Error error) {
  std::error_code ec;
  const fs::path folder = options.dump_dir.empty()
                              ? fs::temp_directory_path(ec) / fmt::format("mote-broken-{}", ::getpid())
                              : options.dump_dir;
  const fs::path path = folder / fmt::format("before.{}.mir", pass.name);
  const bool saved = save_graph(before, path).ok();
  error.what = fmt::format(
      "pass {} broke the graph ({}); {}; go on without it by --disable {}", pass.name, error.to_string(),
      saved ? fmt::format("the graph before it is in {}", path.string()) : "the graph before it could not be written",
      pass.name);
  error.where.clear();
  error.code = Code::Internal;
  return error;
}

}  // namespace

std::span<const PassDef> all() { return kPasses; }

Result<std::vector<PassRecord>> run(Graph& graph, const Target& target, const PipelineOptions& options) {
  return run_passes(kPasses, graph, target, options);
}

Result<std::vector<PassRecord>> run_passes(std::span<const PassDef> passes, Graph& graph, const Target& target,
                                           const PipelineOptions& options) {
  if (!options.stop_after.empty()) MOTE_TRY_VOID(check_name(passes, options.stop_after));
  for (const std::string& name : options.disable) MOTE_TRY_VOID(check_name(passes, name));
  MOTE_TRY_VOID(dump(graph, options, 0, "input"));
  std::vector<PassRecord> records;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const PassDef& pass = passes[i];
    if (std::find(options.disable.begin(), options.disable.end(), pass.name) == options.disable.end()) {
      const Graph before = graph;  // constants are shared, so this copies little
      const auto start = std::chrono::steady_clock::now();
      Result<void> result = pass.run(graph, target);
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
      if (result) result = verify(graph);
      if (!result) {
        Error error = blame(pass, before, options, std::move(result).error());
        graph = before;
        return error;
      }
      records.push_back({std::string(pass.name), time.count(), before.nodes.size(), graph.nodes.size()});
      MOTE_TRY_VOID(dump(graph, options, i + 1, pass.name));
    }
    if (pass.name == options.stop_after) break;
  }
  return records;
}

}  // namespace mote::passes
