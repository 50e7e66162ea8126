// See toolchain.h. compile_model reads as the one line of the house: import, passes, plan.
#include "toolchain/toolchain.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "emit/emit.h"
#include "import/import.h"
#include "ir/graph_file.h"
#include "ir/verify.h"
#include "ops/ops.h"
#include "passes/pipeline.h"
#include "plan/optimisations.h"

namespace mote {
namespace fs = std::filesystem;
namespace {

Optimize parse_optimize(const std::string& name) {
  if (name == "size") return Optimize::size;
  if (name == "speed") return Optimize::speed;
  if (name == "ram") return Optimize::ram;
  return Optimize::balanced;
}

/// The user's limit, else the board's.
std::int64_t limit(std::int64_t asked, std::int64_t board) { return asked > 0 ? asked : board; }

/// `--disable fast_kernels`: nothing but device/portable, whatever the target has.
constexpr const char* kFastKernels = "fast_kernels";

Result<void> keep_portable(Target& target) {
  MOTE_TRY(const TargetFile portable, load_target_file("portable"));
  target.folders.insert(target.folders.begin(), portable.target.folders.begin(), portable.target.folders.end());
  target.sources = portable.target.sources;
  return {};
}

/// `--disable` takes names of passes, of kernels and of what the planner does alike.
Result<void> split_disabled(const std::vector<std::string>& names, std::vector<std::string>& pass_names,
                            std::vector<std::string>& kernel_names) {
  const auto is_pass = [](const std::string& name) {
    return std::any_of(passes::all().begin(), passes::all().end(), [&](const auto& pass) { return pass.name == name; });
  };
  const auto is_kernel = [](const std::string& name) {
    if (std::count(kPlanOptimisations.begin(), kPlanOptimisations.end(), name) > 0) return true;
    for (const OpDef* op : ops::all())
      for (const KernelDef* kernel : kernels_for(*op))
        if (kernel->name == name) return true;
    return false;
  };
  for (const std::string& name : names) {
    if (is_pass(name))
      pass_names.push_back(name);
    else if (is_kernel(name))
      kernel_names.push_back(name);
    else if (name != kFastKernels)
      return bad_input(fmt::format("no pass or kernel is called \"{}\"; `mote ops` lists the kernels", name),
                       "--disable");
  }
  return {};
}

/// The last rewriting, after all passes.
Result<void> make_streaming(Compiled& compiled, const CompileOptions& options) {
  if (!options.stop_after.empty())
    return bad_input("does not go with --stop-after; --dump-dir shows the graph after it", "--stream");
  auto report = passes::stream(compiled.graph, options.stream);
  if (!report) return std::move(report).error().at(options.model).at("--stream");
  compiled.streaming = std::move(*report);
  MOTE_TRY_VOID(verify(compiled.graph, Code::Internal));
  if (options.dump_dir.empty()) return {};
  return save_graph(compiled.graph,
                    fs::path(options.dump_dir) / fmt::format("{:02}.stream.mir", passes::all().size() + 1));
}

}  // namespace

Result<Compiled> optimise_model(const CompileOptions& options) {
  MOTE_TRY(Board board, load_board(options.board));
  MOTE_TRY(Graph graph, import_file(options.model));
  Compiled compiled{std::move(board), graph, std::move(graph), {}, {}};
  passes::PipelineOptions pipeline;
  std::vector<std::string> kernels;
  MOTE_TRY_VOID(split_disabled(options.disabled, pipeline.disable, kernels));
  pipeline.stop_after = options.stop_after;
  pipeline.dump_dir = options.dump_dir;
  if (auto result = passes::run(compiled.graph, compiled.board.target.target, pipeline); !result)
    return std::move(result).error().at(options.model);
  if (options.stream > 0) MOTE_TRY_VOID(make_streaming(compiled, options));
  return compiled;
}

Result<Compiled> compile_model(const CompileOptions& options) {
  MOTE_TRY(Compiled compiled, optimise_model(options));
  MOTE_TRY(const Bytes bytes, read_file(options.model));
  PlanOptions planning;
  std::vector<std::string> passes_off;
  MOTE_TRY_VOID(split_disabled(options.disabled, passes_off, planning.disabled_kernels));
  planning.budget = {parse_optimize(options.optimize), limit(options.max_flash, compiled.board.flash.bytes),
                     limit(options.max_ram, compiled.board.ram_bytes()), options.max_cycles};
  planning.model_hash = sha256_hex(bytes);
  if (std::count(options.disabled.begin(), options.disabled.end(), kFastKernels) > 0)
    MOTE_TRY_VOID(keep_portable(compiled.board.target.target));
  if (compiled.streaming) planning.streaming = compiled.streaming->streaming;
  auto plan = make_plan(compiled.graph, compiled.board.target.target, planning);
  if (!plan) return std::move(plan).error().at(options.model);
  compiled.plan = std::move(*plan);
  return compiled;
}

std::string streaming_text(const passes::StreamReport& report) {
  const Streaming& s = report.streaming;
  std::string text = fmt::format(
      "streaming: {} new frames a step of a window of {}, {} MACs instead of {}; outputs are the window model's from "
      "step {} on",
      s.frames, s.window_frames, report.macs_step, report.macs_window, s.warm_up_steps);
  for (const std::string& layer : report.recomputed) text += fmt::format("\n  recomputed each step: {}", layer);
  return text;
}

Result<void> write_project(const Compiled& compiled, const CompileOptions& options, const fs::path& folder) {
  MOTE_TRY(FolderWriter writer, FolderWriter::create(folder));
  const EmitOptions emit_options{compiled.board.name, fs::path(options.model).filename().string(), {}};
  MOTE_TRY_VOID(emit(compiled.plan, compiled.board.target.target, emit_options, writer));
  return writer.commit();
}

Result<ProjectSource> open_project(const CompileOptions& options) {
  std::error_code ec;
  if (fs::is_directory(options.model, ec)) {
    MOTE_TRY(Board board, load_board(options.board));
    MOTE_TRY(Project project, load_project(options.model));
    return ProjectSource{std::nullopt, std::move(project), std::move(board), std::nullopt};
  }
  MOTE_TRY(Compiled compiled, compile_model(options));
  MOTE_TRY(TemporaryFolder temporary, TemporaryFolder::create());
  const fs::path folder = temporary.path() / "project";
  MOTE_TRY_VOID(write_project(compiled, options, folder));
  MOTE_TRY(Project project, load_project(folder));
  Board board = compiled.board;
  return ProjectSource{std::move(temporary), std::move(project), std::move(board), std::move(compiled)};
}

}  // namespace mote
