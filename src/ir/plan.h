// The Plan: everything the emitter writes, decided. Order, arena offsets, one kernel per step, packed constants.
// Where it stands: src/plan makes it from a Graph; src/emit prints it as C and decides nothing. Immutable once made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ir/graph.h"

namespace mote {

/// Bytes for flash, as the kernel wants them.
struct Constant {
  std::string name;    ///< C identifier, unique in the plan: "conv_3_weights"
  std::string c_type;  ///< element type in C: "int8_t", "int16_t", "int32_t", "uint32_t", "float"
  Bytes bytes;         ///< little-endian elements
  std::int32_t alignment = 4;
  bool operator==(const Constant&) const = default;
};

/// The value of one field of a kernel's parameter struct.
struct ConstantRef {
  std::int32_t index = -1;  ///< into Plan::constants; -1: NULL
  bool operator==(const ConstantRef&) const = default;
};
using FieldValue = std::variant<std::int64_t, float, ConstantRef, std::vector<std::int64_t>>;
struct Field {
  std::string name;
  FieldValue value;
  bool operator==(const Field&) const = default;
};

/// `rows`: the rows of a tensor that a banded step keeps at a time.
enum class BufferKind : std::uint8_t { input, output, activation, scratch, state, rows };
/// "input", "output", ...: the names of the text form, of mote.json and of reports.
std::string_view buffer_kind_name(BufferKind kind);

/// The C99 type that holds an element: "int8_t" for i8 and (packed) i4, "float" for f32, ...
std::string_view c_type(DType type);

/// A stretch of the arena. Live from the step that first writes it to the step that last reads it, both included;
/// -1 as `first`: before step 0 (model inputs); `last` = steps.size(): after the last step (model outputs). State lives
/// always.
struct Buffer {
  std::string name;
  BufferKind kind = BufferKind::activation;
  std::int64_t bytes = 0;
  std::int64_t offset = 0;  ///< bytes from the arena's start; a multiple of the target's alignment unless it aliases
  std::int32_t first = 0;
  std::int32_t last = 0;
  TensorId tensor = kNoTensor;  ///< of the planned graph, or kNoTensor for scratch
  std::uint8_t reset_byte = 0;  ///< of a state: what every byte is before the first run
  std::int32_t within = -1;     ///< a view: its bytes are some of this buffer's, whose life covers its own
  bool operator==(const Buffer&) const = default;
};

/// How an argument is used; the independent checker (plan/check_memory) relies on it.
enum class Access : std::uint8_t { read, write, read_write };
struct Argument {
  std::int32_t buffer = -1;    ///< into Plan::buffers, or -1
  std::int32_t constant = -1;  ///< into Plan::constants, for a step that reads a constant tensor, or -1
  Access access = Access::read;
  std::string c_type;  ///< "int8_t", "float", ...
  bool operator==(const Argument&) const = default;
};

/// How a kernel's output 0 may share bytes with one of its pointer inputs. Disjoint places are always safe.
struct Overlap {
  bool allowed = false;
  /// Safe when output.offset + lead <= input.offset: the kernel reads each input byte at least `lead` output bytes
  /// ahead of writing. 0 for elementwise kernels (equal offsets are safe then).
  std::int64_t lead = 0;
  /// Only equal offsets are safe (the kernel buffers what it overwrites); `lead` is then ignored.
  bool equal_offset_only = false;
  bool operator==(const Overlap&) const = default;
};

/// A kernel with the parameters for bands of one shape: what a banded step calls.
struct Part {
  std::string name;  ///< the node's, as an identifier, with a number: unique in the step
  std::string kernel;
  std::string params_type;
  std::string header;
  std::vector<Field> fields;
  bool operator==(const Part&) const = default;
};

/// Bytes of one of a banded step's buffers that one call reads or writes, and which bytes of the tensor they are; all
/// as of a round's first turn, with what a turn adds.
struct Stretch {
  std::int32_t argument = -1;  ///< into Step::arguments
  std::int64_t bytes = 0;
  std::int64_t offset = 0, offset_step = 0;  ///< from the buffer's start
  std::int64_t tensor = 0, tensor_step = 0;  ///< from the tensor's start; of scratch always 0
  bool operator==(const Stretch&) const = default;
};

/// One call within a banded step.
struct BandCall {
  std::int32_t part = -1;  ///< into Step::parts; -1: moves stretches[1] to stretches[0], to lower addresses
  std::vector<Stretch>
      stretches;  ///< outputs first, then inputs, then scratch: the order of the C function's parameters
  bool operator==(const BandCall&) const = default;
};

/// Calls that are done `turns` times, in order.
struct Round {
  std::int32_t turns = 1;
  std::vector<BandCall> calls;
  bool operator==(const Round&) const = default;
};

/// One call of one kernel, or, with `rounds`, several layers by bands of rows (plan/rows.h).
struct Step {
  std::string name;                  ///< the node's name as an identifier, unique in the plan
  std::string op;                    ///< the operator's name, for reports
  std::string kernel;                ///< C function: "mote_conv2d_s8"
  std::string params_type;           ///< C struct: "mote_conv2d_s8_params"; empty: the kernel takes no parameters
  std::string header;                ///< declares both: "conv2d_s8.h"
  std::vector<std::string> sources;  ///< C files of device/ that it needs: {"conv2d_s8.c"}
  std::vector<Field> fields;
  std::vector<Argument>
      arguments;    ///< outputs first, then inputs, then scratch: the order of the C function's parameters
  Overlap overlap;  ///< between arguments[0] and the first pointer input
  std::vector<Overlap> further_overlaps;  ///< likewise the inputs after it; empty: none may be overlapped
  /// Of a banded step, whose `kernel` is only a word for reports. Its arguments are the output, the inputs, the rows
  /// kept of each tensor between, and scratch.
  std::vector<Part> parts;
  std::vector<Round> rounds;
  std::int64_t macs = 0;
  std::int64_t instructions_estimated = 0;  ///< by the kernel's cost model; 0: unknown
  /// Model tensor that arguments[0] holds after this step (checked by per-layer tests), or kNoTensor.
  TensorId tensor = kNoTensor;
  std::int32_t node = -1;  ///< of the planned graph; of a banded step the last
  bool operator==(const Step&) const = default;
};

/// One input or output of the model.
struct Port {
  std::string name;
  std::int32_t buffer = -1;
  DType type = DType::f32;
  Shape shape;
  Quantization quant;
  bool operator==(const Port&) const = default;
};

/// How a model that is given new frames step by step stands to the window model that it was made from
/// (passes/stream.h).
struct Streaming {
  std::int32_t frames = 0;         ///< new ones a step; 0: not a streaming model
  std::int32_t window_frames = 0;  ///< of the window model
  std::int32_t warm_up_steps = 0;  ///< from this step on (the first is step 1) outputs equal the window model's
  bool operator==(const Streaming&) const = default;
};

struct Plan {
  std::string model;       ///< C identifier: "kws_ref_int8"
  std::string model_hash;  ///< SHA-256 of the imported file or text form, in hex
  std::string target;
  std::int32_t alignment = 4;
  std::int64_t arena_bytes = 0;
  std::vector<Constant> constants;
  std::vector<Buffer> buffers;
  std::vector<Step> steps;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  Streaming streaming;
  bool operator==(const Plan&) const = default;

  std::int64_t constant_bytes() const;
};

}  // namespace mote
