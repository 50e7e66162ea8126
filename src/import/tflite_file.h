// A .tflite file, opened with every bounds check on. Inside src/import only: it hands out FlatBuffers types.
// Where it stands: the first step of tflite.h and summary.h. Format: the public TensorFlow Lite schema, version 3
// (tflite.fbs).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "tflite_generated.h"

namespace mote {

namespace schema = tflite_schema;

/// What an operator is: the code, and its name in the format ("CONV_2D"), for custom ones "custom operator
/// SignalWindow".
struct TfliteCode {
  schema::BuiltinOperator code = schema::BuiltinOperator::ADD;
  std::string name;
};

/// An opened file: the FlatBuffers verifier has walked it, and every index in it (of operators, tensors, buffers) is in
/// range.
class TfliteFile {
 public:
  /// BadInput: not a TFLite model, broken, or an index out of range. Unsupported: another schema version, data outside
  /// of the file. `bytes` must outlive the result.
  static Result<TfliteFile> open(std::span<const std::uint8_t> bytes);

  std::size_t operators() const { return graph_->operators()->size(); }
  const schema::Operator& op(std::size_t i) const { return *graph_->operators()->Get(index(i)); }
  const TfliteCode& code(const schema::Operator& op) const { return codes_[op.opcode_index()]; }

  std::size_t tensors() const { return graph_->tensors()->size(); }
  const schema::Tensor& tensor(std::size_t i) const { return *graph_->tensors()->Get(index(i)); }
  /// At most 200 characters, printable; may be empty.
  std::string tensor_name(std::size_t i) const;
  /// The constant's bytes; empty if the tensor has none.
  std::span<const std::uint8_t> data(const schema::Tensor& tensor) const;

  std::span<const std::int32_t> inputs() const { return ints(graph_->inputs()); }
  std::span<const std::int32_t> outputs() const { return ints(graph_->outputs()); }
  std::string description() const;
  std::size_t bytes() const { return bytes_.size(); }
  /// Further sub-graphs (bodies of control flow) beside the main one.
  std::size_t other_graphs() const { return model_->subgraphs()->size() - 1; }

  /// The elements of a vector of ints; none if it is absent.
  static std::span<const std::int32_t> ints(const flatbuffers::Vector<std::int32_t>* vector) {
    return vector == nullptr ? std::span<const std::int32_t>{} : std::span(vector->data(), vector->size());
  }

 private:
  static flatbuffers::uoffset_t index(std::size_t i) { return static_cast<flatbuffers::uoffset_t>(i); }
  Result<void> read_codes();
  Result<void> check_indices() const;

  Bytes copy_;  ///< holds the file if the caller's bytes are not aligned as FlatBuffers wants
  std::span<const std::uint8_t> bytes_;
  const schema::Model* model_ = nullptr;
  const schema::SubGraph* graph_ = nullptr;
  std::vector<TfliteCode> codes_;
};

/// The name of an element type in the format, in lower case: "float32".
std::string tflite_type_name(schema::TensorType type);

}  // namespace mote
