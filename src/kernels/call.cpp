// See call.h.
#include "kernels/call.h"

namespace mote::kernels {

CallBuilder::CallBuilder(std::string_view file) {
  const std::string name(file);
  call_.kernel = "mote_" + name;
  call_.params_type = call_.kernel + "_params";
  call_.header = name + ".h";
  call_.sources = {name + ".c"};
}

CallBuilder& CallBuilder::reads(const Node& node, std::size_t inputs) {
  call_.reads.assign(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(inputs));
  return *this;
}

CallBuilder& CallBuilder::set(std::string_view name, std::int64_t value) {
  call_.fields.push_back({std::string(name), value});
  return *this;
}

CallBuilder& CallBuilder::set_real(std::string_view name, float value) {
  call_.fields.push_back({std::string(name), value});
  return *this;
}

CallBuilder& CallBuilder::set_list(std::string_view name, std::vector<std::int64_t> values) {
  call_.fields.push_back({std::string(name), std::move(values)});
  return *this;
}

CallBuilder& CallBuilder::add_constant(std::string_view name, std::string_view c_type, Bytes bytes) {
  call_.fields.push_back({std::string(name), ConstantRef{static_cast<std::int32_t>(call_.constants.size())}});
  // A field of a nested struct, "scale.bias", has a constant "bias".
  call_.constants.push_back({std::string(name.substr(name.rfind('.') + 1)), std::string(c_type), std::move(bytes), 4});
  return *this;
}

CallBuilder& CallBuilder::scratch(std::int64_t bytes) {
  call_.scratch_bytes = bytes;
  return *this;
}

CallBuilder& CallBuilder::overlap(Overlap overlap) {
  call_.overlap = overlap;
  return *this;
}

CallBuilder& CallBuilder::cost(std::int64_t instructions, std::int64_t code_bytes) {
  call_.instructions = instructions;
  call_.code_bytes = code_bytes;
  return *this;
}

bool fits_device(const Graph& graph, const Node& node, DType type) {
  constexpr std::int64_t kMaxElements = std::int64_t{1} << 28;
  for (const TensorId id : node.inputs)
    if (id != kNoTensor && graph.tensor(id).elements() > kMaxElements) return false;
  for (const TensorId id : node.outputs)
    if (graph.tensor(id).elements() > kMaxElements) return false;
  return graph.tensor(node.inputs[0]).type == type;
}

bool constant_weights(const Graph& graph, const Node& node) {
  const bool has_bias = node.inputs.size() > 2 && node.inputs[2] != kNoTensor;
  return graph.tensor(node.inputs[1]).is_constant() && (!has_bias || graph.tensor(node.inputs[2]).is_constant());
}

void add_stream(KernelCall& call, const std::vector<std::uint32_t>& words,
                std::initializer_list<std::pair<std::string_view, std::int64_t>> fields) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(words.data());
  call.fields.push_back({"layer.stream", ConstantRef{static_cast<std::int32_t>(call.constants.size())}});
  call.constants.push_back({"weights", "uint32_t", Bytes(begin, begin + words.size() * sizeof(std::uint32_t)), 4});
  for (const auto& [name, value] : fields) call.fields.push_back({"layer." + std::string(name), value});
}

void add_part(KernelCall& call, KernelCall part, const std::string& name) {
  const auto first = static_cast<std::int32_t>(call.constants.size());
  for (Constant& constant : part.constants) {
    constant.name = name + "_" + constant.name;
    call.constants.push_back(std::move(constant));
  }
  for (Field& field : part.fields) {
    if (auto* reference = std::get_if<ConstantRef>(&field.value); reference != nullptr && reference->index >= 0)
      reference->index += first;
    field.name = name + "." + field.name;
    call.fields.push_back(std::move(field));
  }
  for (std::string& source : part.sources) call.sources.push_back(std::move(source));
}

std::string variant_of(const std::string& kernel, std::string_view base) {
  return kernel.size() == base.size() ? "fine" : kernel.substr(base.size() + 1);
}

}  // namespace mote::kernels
