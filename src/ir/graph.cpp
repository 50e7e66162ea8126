// See graph.h.
#include "ir/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace mote {
namespace {

constexpr std::array<std::string_view, 8> kTypeNames = {"f32", "i8", "i16", "i32", "i64", "u8", "bool", "i4"};

}  // namespace

std::string_view dtype_name(DType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

Result<DType> parse_dtype(std::string_view name) {
  for (std::size_t i = 0; i < kTypeNames.size(); ++i)
    if (kTypeNames[i] == name) return static_cast<DType>(i);
  return bad_input(fmt::format("unknown element type \"{}\"", name));
}

std::int64_t dtype_bytes(DType type, std::int64_t count) {
  switch (type) {
    case DType::f32:
    case DType::i32:
      return 4 * count;
    case DType::i16:
      return 2 * count;
    case DType::i64:
      return 8 * count;
    case DType::i8:
    case DType::u8:
    case DType::boolean:
      return count;
    case DType::i4:
      return (count + 1) / 2;
  }
  return 0;
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int32_t dim : shape) count *= dim;
  return count;
}

std::string shape_text(const Shape& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

void Attributes::set(std::string_view name, AttrValue value) {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), name,
                                   [](const Entry& entry, std::string_view key) { return entry.name < key; });
  if (at != entries_.end() && at->name == name) {
    at->value = std::move(value);
  } else {
    entries_.insert(at, Entry{std::string(name), std::move(value)});
  }
}

const AttrValue* Attributes::find(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.name == name) return &entry.value;
  return nullptr;
}

namespace {

template <typename T>
const T& attribute_as(const AttrValue* value) {
  MOTE_CHECK(value != nullptr && std::holds_alternative<T>(*value));
  return std::get<T>(*value);
}

}  // namespace

std::int64_t Attributes::integer(std::string_view name) const { return attribute_as<std::int64_t>(find(name)); }
double Attributes::real(std::string_view name) const { return attribute_as<double>(find(name)); }
const std::string& Attributes::text(std::string_view name) const { return attribute_as<std::string>(find(name)); }
const std::vector<std::int64_t>& Attributes::list(std::string_view name) const {
  return attribute_as<std::vector<std::int64_t>>(find(name));
}

TensorId Graph::add(Tensor tensor) {
  tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(tensors.size()) - 1;
}

std::string Graph::unique_tensor_name(std::string_view wanted) const {
  std::set<std::string_view> taken;
  for (const Tensor& t : tensors) taken.insert(t.name);
  if (!taken.contains(wanted)) return std::string(wanted);
  for (int i = 2;; ++i) {
    std::string candidate = fmt::format("{}_{}", wanted, i);
    if (!taken.contains(candidate)) return candidate;
  }
}

int Graph::producer(TensorId id) const {
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (const TensorId out : nodes[i].outputs)
      if (out == id) return static_cast<int>(i);
  return -1;
}

std::vector<int> Graph::consumers(TensorId id) const {
  std::vector<int> readers;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (std::find(nodes[i].inputs.begin(), nodes[i].inputs.end(), id) != nodes[i].inputs.end())
      readers.push_back(static_cast<int>(i));
  return readers;
}

bool Graph::is_output(TensorId id) const { return std::find(outputs.begin(), outputs.end(), id) != outputs.end(); }

void Graph::remove_unused_tensors() {
  std::vector<bool> used(tensors.size(), false);
  const auto mark = [&](const std::vector<TensorId>& ids) {
    for (const TensorId id : ids)
      if (id != kNoTensor) used[static_cast<std::size_t>(id)] = true;
  };
  mark(inputs);
  mark(outputs);
  for (const Node& node : nodes) {
    mark(node.inputs);
    mark(node.outputs);
  }
  std::vector<TensorId> renumbered(tensors.size(), kNoTensor);
  std::vector<Tensor> kept;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!used[i]) continue;
    renumbered[i] = static_cast<TensorId>(kept.size());
    kept.push_back(std::move(tensors[i]));
  }
  tensors = std::move(kept);
  const auto renumber = [&](std::vector<TensorId>& ids) {
    for (TensorId& id : ids)
      if (id != kNoTensor) id = renumbered[static_cast<std::size_t>(id)];
  };
  renumber(inputs);
  renumber(outputs);
  for (Node& node : nodes) {
    renumber(node.inputs);
    renumber(node.outputs);
  }
}

std::string node_place(const Graph& graph, std::size_t node) {
  return fmt::format("node {} \"{}\"", node, graph.nodes[node].name);
}

std::string identifier(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0 && u < 128) {
      out += static_cast<char>(std::tolower(u));
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out.front())) != 0) out = "_" + out;
  return out == "_" ? "unnamed" : out;
}

}  // namespace mote
