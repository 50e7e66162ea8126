// Executes a plan in one arena with the portable kernels on this machine, as the emitted C would: for tests that
// compare whole networks with the reference.
#pragma once

#include <algorithm>
#include <vector>

#include "ir/plan.h"
#include "tests/kernels/device_call.h"

extern "C" {
#include "move_rows.h"
}

namespace mote::testing {

class PlanRunner {
 public:
  explicit PlanRunner(const Plan& plan) : plan_(plan), words_(static_cast<std::size_t>(plan.arena_bytes) / 8 + 1) {
    for (const Buffer& buffer : plan.buffers)
      if (buffer.kind == BufferKind::state) std::fill_n(arena() + buffer.offset, buffer.bytes, buffer.reset_byte);
  }

  std::vector<Bytes> run(const std::vector<Bytes>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      std::copy(inputs[i].begin(), inputs[i].end(), place(plan_.inputs[i].buffer));
    for (const Step& step : plan_.steps) step.rounds.empty() ? run_step(step) : run_bands(step);
    std::vector<Bytes> outputs;
    for (const Port& port : plan_.outputs) {
      const std::uint8_t* from = place(port.buffer);
      outputs.emplace_back(from, from + dtype_bytes(port.type, element_count(port.shape)));
    }
    return outputs;
  }

 private:
  std::uint8_t* arena() { return reinterpret_cast<std::uint8_t*>(words_.data()); }
  std::uint8_t* place(std::int32_t buffer) { return arena() + plan_.buffers[static_cast<std::size_t>(buffer)].offset; }

  void run_step(const Step& step) {
    std::vector<Bytes> constants;  // read as arguments
    constants.reserve(step.arguments.size());
    std::vector<void*> arguments;
    for (const Argument& argument : step.arguments) {
      if (argument.buffer < 0) constants.push_back(plan_.constants[static_cast<std::size_t>(argument.constant)].bytes);
      arguments.push_back(argument.buffer < 0 ? constants.back().data() : place(argument.buffer));
    }
    call(step.kernel, step.params_type, step.fields, arguments);
  }

  void run_bands(const Step& step) {
    for (const Round& round : step.rounds)
      for (std::int32_t turn = 0; turn < round.turns; ++turn)
        for (const BandCall& one : round.calls) {
          std::vector<void*> arguments;
          for (const Stretch& stretch : one.stretches)
            arguments.push_back(place(step.arguments[static_cast<std::size_t>(stretch.argument)].buffer) +
                                stretch.offset + turn * stretch.offset_step);
          if (one.part < 0) {
            mote_move_rows(arguments[0], arguments[1], static_cast<std::int32_t>(one.stretches[0].bytes));
            continue;
          }
          const Part& part = step.parts[static_cast<std::size_t>(one.part)];
          call(part.kernel, part.params_type, part.fields, arguments);
        }
  }

  void call(const std::string& kernel, const std::string& params_type, const std::vector<Field>& fields,
            const std::vector<void*>& arguments) {
    KernelCall one;
    one.kernel = kernel;
    one.params_type = params_type;
    one.fields = fields;
    one.constants = plan_.constants;
    call_device(one, arguments);
  }

  const Plan& plan_;
  std::vector<std::uint64_t> words_;
};

}  // namespace mote::testing
