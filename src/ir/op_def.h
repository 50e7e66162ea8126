// What passes, the planner and tests may know of an operator: its attributes, shapes, meaning and properties.
// Where it stands: declared here so that src/passes sees properties through OpDef only; defined in src/ops, one file an
// operator.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ir/graph.h"

namespace mote {

enum class AttrKind : std::uint8_t { integer, real, text, list };

/// One attribute of an operator. Integers are checked against [min, max], texts against `choices` ('|'-separated;
/// empty: any).
struct AttrDef {
  std::string_view name;
  AttrKind kind = AttrKind::integer;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::string_view choices = {};
};

/// Type and shape of one output, as `infer` finds it. Quantisation is not inferred: importers and the quantise pass set
/// it.
struct TensorType {
  DType type = DType::f32;
  Shape shape;
};

/// A tensor's value during reference execution.
struct ConstView {
  const Tensor* tensor = nullptr;  ///< type, shape, quantisation; null: absent optional input
  const std::uint8_t* data = nullptr;
  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(data);
  }
};
struct View {
  const Tensor* tensor = nullptr;
  std::uint8_t* data = nullptr;
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(data);
  }
};

/// How the quantise pass treats an operator's int8 form.
enum class QuantRule : std::uint8_t {
  none,           ///< stays as it is (no int8 form)
  calibrated,     ///< outputs get their own calibrated scale and zero point
  same_as_input,  ///< output shares the first input's quantisation exactly (reshape, pooling maximum, transpose, ...)
  same_for_all,   ///< all inputs and the output share one quantisation (concat)
  softmax,        ///< output is fixed to scale 1/256, zero point -128
  tanh,           ///< output is fixed to scale 1/128, zero point 0
  signal,         ///< input 0 is int16 of scale 1/32768, zero point 0 (a model input); outputs int8, calibrated
  signal_filter,  ///< as signal, and the output is such a signal again
  /// Both inputs share one int8 quantisation, with room for half of the calibrated range on either side, since what it
  /// is to measure is unlike anything seen; the output is int32 in steps of its square.
  squared_error,
};

struct OpDef {
  std::string_view name;
  std::span<const AttrDef> attrs = {};
  int min_inputs = 1;
  int max_inputs = 1;
  int outputs = 1;

  // Properties, for passes and the planner.
  bool elementwise = false;     ///< output element i depends on input element(s) i alone (after broadcasting)
  bool in_place = false;        ///< output 0 may overwrite input 0 element by element, given equal sizes
  bool layout_free = false;     ///< moves no data: output has input's bytes (reshape)
  bool stateful = false;        ///< output 0 holds its value from run to run, and begins with reset_byte in every byte
  bool has_activation = false;  ///< has a text attribute "activation" that fuse_activation may set
  int weight_input = -1;        ///< which input is quantised per channel as a weight, or -1
  int weight_axis = 0;          ///< its channel axis
  int bias_input = -1;          ///< which input is an int32 bias with scale = scale(x) * scale(w), or -1
  QuantRule quant = QuantRule::none;

  /// Types and shapes of the outputs from attributes and inputs. BadInput (rank, sizes) or Unsupported (types) names
  /// the operand; the caller adds the node's place. Called by the verifier on every node, so it must survive any input
  /// whose tensors are individually valid. It checks also what `run` relies on, quantisation parameters included.
  Result<std::vector<TensorType>> (*infer)(const Graph& graph, const Node& node) = nullptr;

  /// The oracle, in plain loops: float32 and every supported integer form. Only called on verified nodes.
  void (*run)(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) = nullptr;

  /// Multiply-accumulates of one run on a verified node; null: none.
  std::int64_t (*macs)(const Graph& graph, const Node& node) = nullptr;
};

/// What every byte of a state is before the first run: the zero point of int8, that is real 0; 0 for other types.
inline std::uint8_t reset_byte(const Tensor& tensor) {
  const bool has_zero = tensor.type == DType::i8 && tensor.quant.zero_point.size() == 1;
  return has_zero ? static_cast<std::uint8_t>(tensor.quant.zero_point[0]) : std::uint8_t{0};
}

/// Finds an operator by its name; null if there is none. src/ops provides one; the text parser takes it as an argument.
using OpLookup = const OpDef* (*)(std::string_view name);

}  // namespace mote
