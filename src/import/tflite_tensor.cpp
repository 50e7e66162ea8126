// See tflite_tensor.h. Quantisation after the public "TFLite 8-bit quantization specification".
#include "import/tflite_tensor.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>

namespace mote {
namespace {

std::optional<DType> dtype_of(schema::TensorType type) {
  switch (type) {
    case schema::TensorType::FLOAT32:
      return DType::f32;
    case schema::TensorType::INT8:
      return DType::i8;
    case schema::TensorType::INT16:
      return DType::i16;
    case schema::TensorType::INT32:
      return DType::i32;
    case schema::TensorType::INT64:
      return DType::i64;
    case schema::TensorType::UINT8:
      return DType::u8;
    case schema::TensorType::BOOL:
      return DType::boolean;
    case schema::TensorType::INT4:
      return DType::i4;
    default:
      return std::nullopt;
  }
}

bool is_integer(DType type) { return type != DType::f32 && type != DType::boolean; }

Result<Shape> read_shape(const schema::Tensor& from) {
  const auto dims = TfliteFile::ints(from.shape());
  if (dims.size() > 8) return unsupported(fmt::format("has {} dimensions; at most 8", dims.size()));
  std::int64_t count = 1;
  for (const std::int32_t dim : dims) {
    if (dim < 1)
      return unsupported(fmt::format("has a dimension of {}: convert the model with a static input shape", dim));
    count *= dim;
    if (count > INT32_MAX) return bad_input("has more than 2^31 elements");
  }
  return Shape(dims.begin(), dims.end());
}

/// The axis that the scales run along. Older converters left an impossible axis on some weights and biases, and
/// interpreters never looked; then the one axis that is as long as there are scales is meant.
Result<std::int32_t> channel_axis(const Tensor& tensor, std::int32_t stated, std::size_t scales) {
  const auto fits = [&](std::size_t axis) { return static_cast<std::size_t>(tensor.shape[axis]) == scales; };
  if (stated >= 0 && static_cast<std::size_t>(stated) < tensor.shape.size() && fits(static_cast<std::size_t>(stated)))
    return stated;
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis)
    if (fits(axis)) return static_cast<std::int32_t>(axis);
  return bad_input(fmt::format("has {} scales, its shape is {}", scales, shape_text(tensor.shape)));
}

/// By bytes: the verifier does not hold 64-bit vectors to 64-bit alignment.
std::int64_t zero_point_at(const schema::QuantizationParameters& q, std::size_t i) {
  std::int64_t value = 0;
  std::memcpy(&value, q.zero_point()->Data() + i * sizeof value, sizeof value);
  return value;
}

}  // namespace

Result<Quantization> TfliteTensorReader::read_quantization(const schema::Tensor& from, const Tensor& tensor) {
  Quantization out;
  const schema::QuantizationParameters* q = from.quantization();
  if (q == nullptr) return out;
  if (q->details_type() != schema::QuantizationDetails::NONE)
    return unsupported("has a custom quantisation; convert the model with TFLite's own int8 quantisation");
  const std::size_t scales = q->scale() == nullptr ? 0 : q->scale()->size();
  const std::size_t zero_points = q->zero_point() == nullptr ? 0 : q->zero_point()->size();
  if (scales == 0 || !is_integer(tensor.type)) return out;  // min and max alone, or left over from training
  if (tensor.type == DType::u8)
    return unsupported("is quantised as uint8; convert the model again with int8 (inference_input_type = tf.int8)");
  if (zero_points > 1 && zero_points != scales)
    return bad_input(fmt::format("has {} scales and {} zero points", scales, zero_points));
  // Each scale takes four bytes of an honest file. A hostile one lets many tensors point to the same long list.
  scales_ += scales;
  if (scales_ > file_.bytes()) return bad_input("has more scales than the file has room for");
  if (scales > 1) {
    MOTE_TRY(out.axis, channel_axis(tensor, q->quantized_dimension(), scales));
  }
  for (std::size_t i = 0; i < scales; ++i) {
    const auto at = static_cast<flatbuffers::uoffset_t>(i);
    const std::int64_t zero = zero_points == 0 ? 0 : zero_point_at(*q, zero_points == 1 ? 0 : i);
    if (zero < INT32_MIN || zero > INT32_MAX) return bad_input("has a zero point outside its type's range");
    out.scale.push_back(q->scale()->Get(at));
    out.zero_point.push_back(static_cast<std::int32_t>(zero));
  }
  return out;
}

Result<Tensor> TfliteTensorReader::read(std::size_t index) {
  const schema::Tensor& from = file_.tensor(index);
  Tensor tensor;
  tensor.name = file_.tensor_name(index);
  const std::string place = fmt::format("tensor {} \"{}\"", index, tensor.name);
  const auto type = dtype_of(from.type());
  if (!type)
    return unsupported(fmt::format("holds {}; Mote reads float32, int8, int16, int32, int64, int4, bool",
                                   tflite_type_name(from.type())),
                       place);
  tensor.type = *type;
  if (from.sparsity() != nullptr) return unsupported("is sparse; convert the model with dense weights", place);
  if (from.is_variable()) return unsupported("is a variable: models that keep state are not supported yet", place);
  auto shape = read_shape(from);
  if (!shape) return std::move(shape).error().at(place);
  tensor.shape = std::move(shape).value();
  auto quant = read_quantization(from, tensor);
  if (!quant) return std::move(quant).error().at(place);
  tensor.quant = std::move(quant).value();

  const auto data = file_.data(from);
  if (!data.empty()) {
    if (static_cast<std::int64_t>(data.size()) != tensor.bytes())
      return bad_input(fmt::format("holds {} bytes of data, its shape {} of {} needs {}", data.size(),
                                   shape_text(tensor.shape), dtype_name(tensor.type), tensor.bytes()),
                       place);
    auto& shared = buffers_[from.buffer()];
    if (shared == nullptr) shared = std::make_shared<const Bytes>(data.begin(), data.end());
    tensor.data = shared;
  }
  return tensor;
}

}  // namespace mote
