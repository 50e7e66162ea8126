// See run.h. A run has a private folder: input.bin, output.bin, status.bin, trace.bin and the plugin's two files live
// there, and the emulator's working folder is there, so that the firmware opens plain names.
#include "board/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "board/counter.h"
#include "board/elf.h"
#include "board/fault.h"
#include "board/process.h"

namespace mote {
namespace fs = std::filesystem;
namespace {

/// Number of samples, the same for every input.
Result<std::int64_t> count_samples(const Project& project, const std::vector<Bytes>& inputs) {
  if (inputs.size() != project.inputs.size())
    return bad_input(fmt::format("has {} inputs, {} were given", project.inputs.size(), inputs.size()), project.model);
  if (inputs.empty()) return bad_input("has no inputs, so there is nothing to run", project.model);
  std::int64_t samples = -1;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto size = static_cast<std::int64_t>(inputs[i].size());
    const std::int64_t bytes = project.inputs[i].bytes;
    if (size % bytes != 0 || size == 0)
      return bad_input(fmt::format("{} bytes were given, which is no multiple of {} bytes a sample", size, bytes),
                       fmt::format("{}: input \"{}\"", project.model, project.inputs[i].name));
    if (samples >= 0 && size / bytes != samples)
      return bad_input(fmt::format("has {} samples, the first input has {}", size / bytes, samples),
                       fmt::format("{}: input \"{}\"", project.model, project.inputs[i].name));
    samples = size / bytes;
  }
  return samples;
}

/// input.bin: for every sample, every input.
Bytes interleave(const Project& project, const std::vector<Bytes>& inputs, std::int64_t samples) {
  if (inputs.size() == 1) return inputs[0];
  Bytes all;
  for (std::int64_t s = 0; s < samples; ++s)
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto from = inputs[i].begin() + s * project.inputs[i].bytes;
      all.insert(all.end(), from, from + project.inputs[i].bytes);
    }
  return all;
}

Result<std::vector<Bytes>> split_outputs(const Project& project, const Bytes& all, std::int64_t samples) {
  std::int64_t sample_bytes = 0;
  for (const auto& port : project.outputs) sample_bytes += port.bytes;
  if (static_cast<std::int64_t>(all.size()) != sample_bytes * samples)
    return tool_failed(fmt::format("wrote {} bytes of output instead of {}", all.size(), sample_bytes * samples),
                       project.model);
  std::vector<Bytes> outputs(project.outputs.size());
  auto at = all.begin();
  for (std::int64_t s = 0; s < samples; ++s)
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      outputs[i].insert(outputs[i].end(), at, at + project.outputs[i].bytes);
      at += project.outputs[i].bytes;
    }
  return outputs;
}

std::uint32_t word(const Bytes& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

std::optional<Status> read_status(const fs::path& path) {
  const auto bytes = read_file(path);
  if (!bytes || bytes->size() < 32) return std::nullopt;
  Status status;
  std::uint32_t* const fields[] = {&status.magic, &status.end, &status.samples, &status.stack_bytes,
                                   &status.cause, &status.pc,  &status.address, &status.lr};
  for (std::size_t i = 0; i < 8; ++i) *fields[i] = word(*bytes, 4 * i);
  if (status.magic != kStatusMagic) return std::nullopt;
  return status;
}

/// trace.bin: number, size, bytes for every layer of every sample; a number that does not grow starts the next sample.
Result<std::vector<LayerTrace>> read_trace(const fs::path& path) {
  MOTE_TRY(const Bytes bytes, read_file(path));
  std::vector<LayerTrace> trace;
  std::int64_t sample = 0;
  std::size_t at = 0;
  while (at + 8 <= bytes.size()) {
    const std::int64_t layer = word(bytes, at);
    const std::size_t size = word(bytes, at + 4);
    at += 8;
    if (bytes.size() - at < size) break;
    if (!trace.empty() && layer <= trace.back().layer) ++sample;
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    trace.push_back({sample, layer, Bytes(from, from + static_cast<std::ptrdiff_t>(size))});
    at += size;
  }
  if (at != bytes.size()) return tool_failed("the trace of the layers is cut off", path.filename().string());
  return trace;
}

/// Commas in plugin arguments are written twice (QEMU's option syntax).
std::string escape_commas(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == ',' ? std::string(",,") : std::string(1, c);
  return escaped;
}

Result<std::vector<std::string>> run_command(const Firmware& firmware, const ElfFile& elf, const fs::path& folder,
                                             bool count) {
  if (firmware.board.is_host()) return std::vector<std::string>{firmware.elf.string()};
  const Emulator& emulator = firmware.board.target.emulator;
  std::vector<std::string> command = {emulator.program};
  command.insert(command.end(), emulator.arguments.begin(), emulator.arguments.end());
  for (const char* argument : {"-display", "none", "-monitor", "none", "-serial", "none", "-no-reboot"})
    command.emplace_back(argument);
  if (count) {
    MOTE_TRY(const fs::path plugin, find_counter());
    MOTE_TRY(const std::string config, counter_config(firmware, elf));
    MOTE_TRY_VOID(write_text(folder / "counter.cfg", config));
    command.insert(command.end(),
                   {"-plugin", escape_commas(fs::absolute(plugin).string()) + ",config=counter.cfg,out=counter.out"});
  }
  command.insert(command.end(), {"-kernel", firmware.elf.string()});
  return command;
}

}  // namespace

double default_time_limit(const Project& project, std::int64_t samples) {
  if (const char* seconds = std::getenv("MOTE_TIMEOUT"); seconds != nullptr && std::atof(seconds) > 0)
    return std::atof(seconds);
  double macs = 0;
  for (const auto& layer : project.layers) macs += static_cast<double>(layer.macs);
  // The slowest case, floating point in software under the plugin, does half a million MACs a second on an idle
  // machine.
  return 60 + static_cast<double>(samples) * (0.5 + macs / 1.5e5);
}

Result<RunResult> run(const Firmware& firmware, const std::vector<Bytes>& inputs, const RunOptions& options) {
  const Project& project = firmware.project;
  MOTE_TRY(const std::int64_t samples, count_samples(project, inputs));
  MOTE_TRY(const ElfFile elf, read_elf(firmware.elf));
  MOTE_TRY(const TemporaryFolder folder, TemporaryFolder::create());
  MOTE_TRY_VOID(write_file(folder.path() / "input.bin", interleave(project, inputs, samples)));
  const bool count = options.count && !firmware.board.is_host() && firmware.board.target.emulator.counts;
  MOTE_TRY(const auto command, run_command(firmware, elf, folder.path(), count));

  ProcessOptions process;
  process.folder = folder.path();
  process.time_limit_s = options.time_limit_s > 0 ? options.time_limit_s : default_time_limit(project, samples);
  if (options.log) options.log(command_line(command));
  MOTE_TRY(const ProcessEnd end, run_process(command, process));
  if (options.log && !end.err.empty()) options.log(end.err);

  const auto status = read_status(folder.path() / "status.bin");
  if (!end.succeeded() || !status || status->end != kStatusDone || status->samples != samples)
    return explain_end(firmware, elf, end, status && status->end != kStatusDone ? &*status : nullptr);

  RunResult result;
  result.samples = samples;
  result.seconds = end.seconds;
  MOTE_TRY(const Bytes output, read_file(folder.path() / "output.bin"));
  MOTE_TRY(result.outputs, split_outputs(project, output, samples));
  if (!firmware.board.is_host()) result.stack_bytes = status->stack_bytes;
  if (count) {
    MOTE_TRY(result.counts, read_counts(folder.path() / "counter.out", project.layers.size()));
    if (const auto& unaligned = result.counts->unaligned)
      return unaligned_error(firmware, elf, unaligned->pc, unaligned->address);
  }
  std::error_code ec;
  if (firmware.trace && fs::exists(folder.path() / "trace.bin", ec)) {
    MOTE_TRY(result.trace, read_trace(folder.path() / "trace.bin"));
  }
  return result;
}

}  // namespace mote
