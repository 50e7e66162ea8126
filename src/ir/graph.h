// The one description of a network in Mote: a Graph of Nodes over Tensors.
// Where it stands: importers and the trainer's recipes make it, passes rewrite it, `plan` lowers it. It is plain data:
// every index is an int, every container is ordered, so the same input gives the same bytes out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace mote {

struct OpDef;

/// Element types. i4 is packed two a byte, low nibble first (as TFLite stores it).
enum class DType : std::uint8_t { f32, i8, i16, i32, i64, u8, boolean, i4 };

/// "f32", "i8", ...: the names of the text form and of reports.
std::string_view dtype_name(DType type);
/// BadInput for an unknown name.
Result<DType> parse_dtype(std::string_view name);
/// Bytes of `count` elements, rounding half-bytes of i4 up.
std::int64_t dtype_bytes(DType type, std::int64_t count);

/// Dimensions, outermost first; activations are N,H,W,C. All are >= 1 in a verified graph; an empty shape is a scalar.
using Shape = std::vector<std::int32_t>;
/// Product of the dimensions, 1 for a scalar. Verified graphs keep it below 2^31.
std::int64_t element_count(const Shape& shape);
/// "1x49x10x1", or "scalar".
std::string shape_text(const Shape& shape);

/// real = scale * (q - zero_point). Empty: not quantised. One entry: per tensor. More: per channel along `axis`.
/// Source: TFLite 8-bit quantisation specification; scales are float32 there and here, so multipliers agree bit for
/// bit.
struct Quantization {
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;  ///< as many as scales
  std::int32_t axis = 0;                 ///< meaningful with more than one scale

  bool empty() const { return scale.empty(); }
  bool per_channel() const { return scale.size() > 1; }
  bool operator==(const Quantization&) const = default;
};

using TensorId = std::int32_t;
inline constexpr TensorId kNoTensor = -1;  ///< an optional input that is absent

/// A value: an activation, or a constant when `data` is set (shared, never changed in place).
struct Tensor {
  std::string name;  ///< unique in the graph, non-empty
  DType type = DType::f32;
  Shape shape;
  Quantization quant;
  std::shared_ptr<const Bytes> data;  ///< little-endian elements in row-major order; null: computed at run time

  bool is_constant() const { return data != nullptr; }
  std::int64_t elements() const { return element_count(shape); }
  std::int64_t bytes() const { return dtype_bytes(type, elements()); }

  /// The elements of a constant as T; programmer's error if T's size is not that of the type or there is no data.
  template <typename T>
  std::span<const T> constant() const {
    MOTE_CHECK(data != nullptr && static_cast<std::int64_t>(sizeof(T)) == dtype_bytes(type, 1));
    return {reinterpret_cast<const T*>(data->data()), data->size() / sizeof(T)};
  }
};

/// Bytes of a vector of elements, for Tensor::data.
template <typename T>
std::shared_ptr<const Bytes> make_data(std::span<const T> values) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
  return std::make_shared<const Bytes>(begin, begin + values.size_bytes());
}
template <typename T>
std::shared_ptr<const Bytes> make_data(const std::vector<T>& values) {
  return make_data(std::span<const T>(values));
}

/// An attribute's value: int, real, text or list of ints. Which names an operator has is in its OpDef.
using AttrValue = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>>;

/// Named attributes, kept sorted by name so that printing is canonical.
class Attributes {
 public:
  void set(std::string_view name, AttrValue value);
  bool has(std::string_view name) const { return find(name) != nullptr; }
  const AttrValue* find(std::string_view name) const;
  /// The value of a verified node's attribute; programmer's error if it is absent or of another kind.
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  const std::vector<std::int64_t>& list(std::string_view name) const;

  struct Entry {
    std::string name;
    AttrValue value;
    bool operator==(const Entry&) const = default;
  };
  const std::vector<Entry>& entries() const { return entries_; }
  bool operator==(const Attributes&) const = default;

 private:
  std::vector<Entry> entries_;
};

/// One application of an operator.
struct Node {
  const OpDef* op = nullptr;
  std::string name;  ///< unique in the graph; for messages, layer reports and the names in emitted C
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
  Attributes attrs;
};

/// A network. `nodes` stand in an order in which they can run.
struct Graph {
  std::string name;  ///< a C identifier, made from the file's name
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;

  const Tensor& tensor(TensorId id) const { return tensors[static_cast<std::size_t>(id)]; }
  Tensor& tensor(TensorId id) { return tensors[static_cast<std::size_t>(id)]; }
  /// Adds and returns the new tensor's id.
  TensorId add(Tensor tensor);
  /// `wanted`, or `wanted_2`, `wanted_3`, ... whichever no tensor has yet.
  std::string unique_tensor_name(std::string_view wanted) const;
  /// Index of the node that writes the tensor, or -1 for inputs and constants.
  int producer(TensorId id) const;
  /// Indices of the nodes that read the tensor, in order.
  std::vector<int> consumers(TensorId id) const;
  bool is_output(TensorId id) const;
  /// Drops tensors that nothing reads, writes or lists, renumbering the rest in order.
  void remove_unused_tensors();
};

/// For messages: node 7 "conv_3".
std::string node_place(const Graph& graph, std::size_t node);

/// A letter-or-underscore-first identifier of [a-z0-9_], from any text: "vww_96_int8" from "VWW 96-int8".
std::string identifier(std::string_view text);

}  // namespace mote
