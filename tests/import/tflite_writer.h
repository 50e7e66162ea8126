// Writes small .tflite files for tests, right or wrong on purpose. Test-only: Mote itself never writes this format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "tflite_generated.h"

namespace mote {

namespace schema = tflite_schema;

struct TestTensor {
  std::vector<std::int32_t> shape;
  schema::TensorType type = schema::TensorType::INT8;
  std::vector<float> scale = {};
  std::vector<std::int64_t> zero_point = {};
  std::optional<Bytes> data = {};
  std::string name = {};
  std::int32_t axis = 0;
  bool variable = false;
  bool sparse = false;
  bool custom_quantization = false;
  std::uint32_t buffer = 0;  ///< instead of a buffer of its own for `data`
  std::vector<std::int32_t> signature = {};
};

class TfliteWriter {
 public:
  /// Returns the tensor's number.
  std::int32_t add(const TestTensor& tensor);
  /// `options` was made with `builder` just before.
  void add(schema::BuiltinOperator op, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs,
           schema::BuiltinOptions kind = schema::BuiltinOptions::NONE, flatbuffers::Offset<void> options = 0);
  void add_custom(const std::string& name, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs);
  /// The file. One use.
  Bytes finish(std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs);

  flatbuffers::FlatBufferBuilder builder;
  std::uint32_t version = 3;
  std::uint64_t external_offset = 0;  ///< of every buffer made from now on
  std::uint32_t opcode_shift = 0;     ///< added to every operator's code index: makes a broken file

 private:
  void add_op(std::uint32_t code, const std::vector<std::int32_t>& inputs, const std::vector<std::int32_t>& outputs,
              schema::BuiltinOptions kind, flatbuffers::Offset<void> options);
  std::vector<flatbuffers::Offset<schema::Tensor>> tensors_;
  std::vector<flatbuffers::Offset<schema::Buffer>> buffers_;
  std::vector<flatbuffers::Offset<schema::Operator>> operators_;
  std::vector<flatbuffers::Offset<schema::OperatorCode>> codes_;
};

/// The bytes of integers or floats, little-endian.
template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
  return Bytes(begin, begin + values.size() * sizeof(T));
}

/// An int8 network with most of what real models have: 5x4x2 -> conv2d 3x3 SAME, stride 2, per channel, ReLU -> reshape
/// -> fully_connected -> softmax, 1x3 out.
Bytes small_model();

}  // namespace mote
