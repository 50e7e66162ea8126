// See tflite_writer.h.
#include "tests/import/tflite_writer.h"

namespace mote {

std::int32_t TfliteWriter::add(const TestTensor& t) {
  if (buffers_.empty()) buffers_.push_back(schema::CreateBuffer(builder));  // buffer 0: no data
  std::uint32_t buffer = t.buffer;
  if (t.data) {
    buffer = static_cast<std::uint32_t>(buffers_.size());
    builder.ForceVectorAlignment(t.data->size(), 1, 16);
    const auto data = builder.CreateVector(*t.data);
    buffers_.push_back(schema::CreateBuffer(builder, data, external_offset, external_offset));
  }
  flatbuffers::Offset<schema::QuantizationParameters> quantization = 0;
  if (!t.scale.empty() || t.custom_quantization) {
    const auto scale = builder.CreateVector(t.scale);
    const auto zero_point = builder.CreateVector(t.zero_point);
    flatbuffers::Offset<void> details = 0;
    if (t.custom_quantization) details = schema::CreateCustomQuantization(builder).Union();
    quantization = schema::CreateQuantizationParameters(
        builder, 0, 0, scale, zero_point,
        t.custom_quantization ? schema::QuantizationDetails::CustomQuantization : schema::QuantizationDetails::NONE,
        details, t.axis);
  }
  const auto shape = builder.CreateVector(t.shape);
  const auto name = builder.CreateString(t.name);
  const auto signature = builder.CreateVector(t.signature);
  flatbuffers::Offset<schema::SparsityParameters> sparsity = 0;
  if (t.sparse) sparsity = schema::CreateSparsityParameters(builder);
  tensors_.push_back(
      schema::CreateTensor(builder, shape, t.type, buffer, name, quantization, t.variable, sparsity, signature));
  return static_cast<std::int32_t>(tensors_.size()) - 1;
}

void TfliteWriter::add_op(std::uint32_t code, const std::vector<std::int32_t>& inputs,
                          const std::vector<std::int32_t>& outputs, schema::BuiltinOptions kind,
                          flatbuffers::Offset<void> options) {
  const auto in = builder.CreateVector(inputs);
  const auto out = builder.CreateVector(outputs);
  operators_.push_back(schema::CreateOperator(builder, code + opcode_shift, in, out, kind, options));
}

void TfliteWriter::add(schema::BuiltinOperator op, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs,
                       schema::BuiltinOptions kind, flatbuffers::Offset<void> options) {
  const auto number = static_cast<std::int32_t>(op);
  codes_.push_back(
      schema::CreateOperatorCode(builder, static_cast<std::int8_t>(number < 127 ? number : 127), 0, 1, op));
  add_op(static_cast<std::uint32_t>(codes_.size()) - 1, inputs, outputs, kind, options);
}

void TfliteWriter::add_custom(const std::string& name, std::vector<std::int32_t> inputs,
                              std::vector<std::int32_t> outputs) {
  const auto text = builder.CreateString(name);
  codes_.push_back(schema::CreateOperatorCode(builder, 32, text, 1, schema::BuiltinOperator::CUSTOM));
  add_op(static_cast<std::uint32_t>(codes_.size()) - 1, inputs, outputs, schema::BuiltinOptions::NONE, 0);
}

Bytes TfliteWriter::finish(std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs) {
  if (buffers_.empty()) buffers_.push_back(schema::CreateBuffer(builder));
  const auto tensors = builder.CreateVector(tensors_);
  const auto in = builder.CreateVector(inputs);
  const auto out = builder.CreateVector(outputs);
  const auto operators = builder.CreateVector(operators_);
  const std::vector<flatbuffers::Offset<schema::SubGraph>> graphs = {
      schema::CreateSubGraph(builder, tensors, in, out, operators)};
  const auto codes = builder.CreateVector(codes_);
  const auto subgraphs = builder.CreateVector(graphs);
  const auto description = builder.CreateString("written by a test");
  const auto buffers = builder.CreateVector(buffers_);
  schema::FinishModelBuffer(builder, schema::CreateModel(builder, version, codes, subgraphs, description, buffers));
  return Bytes(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
}

Bytes small_model() {
  TfliteWriter w;
  const std::int32_t x = w.add({.shape = {1, 5, 4, 2}, .scale = {0.5F}, .zero_point = {-3}, .name = "input"});
  Bytes weights(2 * 3 * 3 * 2);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::uint8_t>(37 * i);
  const std::int32_t kernel = w.add({.shape = {2, 3, 3, 2},
                                     .scale = {0.01F, 0.02F},
                                     .zero_point = {0, 0},
                                     .data = weights,
                                     .name = "net/conv2d/Conv2D"});
  const std::int32_t bias = w.add({.shape = {2},
                                   .type = schema::TensorType::INT32,
                                   .scale = {0.005F, 0.01F},
                                   .zero_point = {0, 0},
                                   .data = bytes_of<std::int32_t>({100, -200}),
                                   .name = "net/conv2d/BiasAdd/ReadVariableOp"});
  const std::int32_t conv =
      w.add({.shape = {1, 3, 2, 2}, .scale = {0.25F}, .zero_point = {-128}, .name = "net/act/Relu;net/conv2d/BiasAdd"});
  const std::int32_t new_shape =
      w.add({.shape = {2}, .type = schema::TensorType::INT32, .data = bytes_of<std::int32_t>({1, -1})});
  const std::int32_t flat =
      w.add({.shape = {1, 12}, .scale = {0.25F}, .zero_point = {-128}, .name = "net/flatten/Reshape"});
  Bytes dense_weights(3 * 12);
  for (std::size_t i = 0; i < dense_weights.size(); ++i) dense_weights[i] = static_cast<std::uint8_t>(101 * i + 7);
  const std::int32_t dense_kernel =
      w.add({.shape = {3, 12}, .scale = {0.03F}, .zero_point = {0}, .data = dense_weights});
  const std::int32_t dense = w.add({.shape = {1, 3}, .scale = {0.5F}, .zero_point = {4}, .name = "net/dense/MatMul"});
  const std::int32_t y = w.add({.shape = {1, 3}, .scale = {1.0F / 256}, .zero_point = {-128}, .name = "Identity"});

  w.add(schema::BuiltinOperator::CONV_2D, {x, kernel, bias}, {conv}, schema::BuiltinOptions::Conv2DOptions,
        schema::CreateConv2DOptions(w.builder, schema::Padding::SAME, 2, 2, schema::ActivationFunctionType::RELU)
            .Union());
  w.add(schema::BuiltinOperator::RESHAPE, {conv, new_shape}, {flat});
  w.add(schema::BuiltinOperator::FULLY_CONNECTED, {flat, dense_kernel, -1}, {dense},
        schema::BuiltinOptions::FullyConnectedOptions, schema::CreateFullyConnectedOptions(w.builder).Union());
  w.add(schema::BuiltinOperator::SOFTMAX, {dense}, {y}, schema::BuiltinOptions::SoftmaxOptions,
        schema::CreateSoftmaxOptions(w.builder, 1.0F).Union());
  return w.finish({x}, {y});
}

}  // namespace mote
