// See tflite_file.h. The FlatBuffers verifier proves that offsets stay inside the file; what it cannot know (indices,
// codes, versions) is proved here.
#include "import/tflite_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace mote {
namespace {

constexpr std::size_t kAlignment = 16;
constexpr flatbuffers::uoffset_t kMaxDepth = 32;
constexpr flatbuffers::uoffset_t kMaxTables = 200000;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxOperands = 256;
constexpr std::size_t kMaxOperators = 10000;

/// Printable ASCII, cut to kMaxName.
std::string printable(const flatbuffers::String* text) {
  if (text == nullptr) return {};
  std::string out(text->c_str(), std::min<std::size_t>(text->size(), kMaxName));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; }, '_');
  return out;
}

}  // namespace

std::string tflite_type_name(schema::TensorType type) {
  std::string name = schema::EnumNameTensorType(type);
  if (name.empty()) return fmt::format("element type {}", static_cast<int>(type));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

Result<TfliteFile> TfliteFile::open(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 8 || !schema::ModelBufferHasIdentifier(bytes.data()))
    return bad_input("is not a TFLite model: the mark \"TFL3\" is missing");
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) return unsupported("is larger than 2 GB");
  TfliteFile file;
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment != 0) {
    file.copy_.assign(bytes.begin(), bytes.end());
    bytes = file.copy_;
  }
  file.bytes_ = bytes;
  flatbuffers::Verifier verifier(bytes.data(), bytes.size(), kMaxDepth, kMaxTables);
  if (!schema::VerifyModelBuffer(verifier)) return bad_input("is a damaged or truncated TFLite model");
  file.model_ = schema::GetModel(bytes.data());
  if (file.model_->version() != 3)
    return unsupported(fmt::format("is of TFLite schema version {}; version 3 is known", file.model_->version()));
  if (file.model_->subgraphs() == nullptr || file.model_->subgraphs()->size() == 0) return bad_input("holds no graph");
  file.graph_ = file.model_->subgraphs()->Get(0);
  MOTE_TRY_VOID(file.read_codes());
  MOTE_TRY_VOID(file.check_indices());
  return file;
}

Result<void> TfliteFile::read_codes() {
  if (model_->operator_codes() == nullptr) return {};
  for (const schema::OperatorCode* entry : *model_->operator_codes()) {
    TfliteCode code;
    code.code = static_cast<schema::BuiltinOperator>(std::max(
        static_cast<std::int32_t>(entry->deprecated_builtin_code()), static_cast<std::int32_t>(entry->builtin_code())));
    const char* name = schema::EnumNameBuiltinOperator(code.code);
    if (code.code == schema::BuiltinOperator::CUSTOM) {
      code.name = "custom operator " + printable(entry->custom_code());
    } else {
      code.name = *name != '\0' ? name : fmt::format("operator number {}", static_cast<int>(code.code));
    }
    codes_.push_back(std::move(code));
  }
  return {};
}

Result<void> TfliteFile::check_indices() const {
  if (graph_->tensors() == nullptr || graph_->operators() == nullptr)
    return bad_input("holds a graph without tensors or operators");
  const auto count = static_cast<std::int64_t>(tensors());
  const auto in_range = [count](std::span<const std::int32_t> ids, std::int32_t lowest) {
    return std::all_of(ids.begin(), ids.end(), [&](std::int32_t id) { return id >= lowest && id < count; });
  };
  if (!in_range(inputs(), 0) || !in_range(outputs(), 0))
    return bad_input("an input or output names a tensor that does not exist");
  if (inputs().size() > kMaxOperands || outputs().size() > kMaxOperands)
    return unsupported(fmt::format("has more than {} inputs or outputs", kMaxOperands));
  if (operators() > kMaxOperators)
    return unsupported(fmt::format("has {} operators; at most {}", operators(), kMaxOperators));
  for (std::size_t i = 0; i < operators(); ++i) {
    const std::string place = fmt::format("operator {}", i);
    if (op(i).opcode_index() >= codes_.size()) return bad_input("names an operator code that does not exist", place);
    const auto ins = ints(op(i).inputs());
    const auto outs = ints(op(i).outputs());
    if (ins.size() > kMaxOperands || outs.size() > kMaxOperands)
      return unsupported(fmt::format("has more than {} operands", kMaxOperands), place);
    if (!in_range(ins, -1) || !in_range(outs, 0)) return bad_input("names a tensor that does not exist", place);
  }
  const std::size_t buffers = model_->buffers() == nullptr ? 0 : model_->buffers()->size();
  for (std::size_t i = 0; i < tensors(); ++i) {
    const std::uint32_t buffer = tensor(i).buffer();
    if (buffer != 0 && buffer >= buffers)
      return bad_input(fmt::format("names buffer {} of {}", buffer, buffers), fmt::format("tensor {}", i));
    if (buffer != 0 && (model_->buffers()->Get(buffer)->offset() > 1 || model_->buffers()->Get(buffer)->size() > 1))
      return unsupported("keeps its data outside of the FlatBuffer; convert the model without external buffers",
                         fmt::format("tensor {}", i));
  }
  return {};
}

std::string TfliteFile::tensor_name(std::size_t i) const { return printable(tensor(i).name()); }
std::string TfliteFile::description() const { return printable(model_->description()); }

std::span<const std::uint8_t> TfliteFile::data(const schema::Tensor& tensor) const {
  if (tensor.buffer() == 0) return {};
  const auto* data = model_->buffers()->Get(tensor.buffer())->data();
  return data == nullptr ? std::span<const std::uint8_t>{} : std::span(data->data(), data->size());
}

}  // namespace mote
