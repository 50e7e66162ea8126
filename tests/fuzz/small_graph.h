// What the fuzzers share: which graphs are small enough to run many times a second, and running one.
#pragma once

#include "ir/op_def.h"
#include "ops/execute.h"

namespace mote {

/// Bounds one run: elements of activations, and work.
inline bool is_small(const Graph& graph) {
  constexpr std::int64_t kElements = 100000;
  constexpr std::int64_t kWork = 1000000;
  std::int64_t elements = 0;
  for (const Tensor& tensor : graph.tensors)
    if ((elements += tensor.elements()) > kElements) return false;
  std::int64_t work = 0;
  for (const Node& node : graph.nodes) {
    const std::int64_t macs = node.op->macs == nullptr ? 0 : node.op->macs(graph, node);
    if (macs > kWork) return false;
    work += macs;
    // Pooling has no MACs, yet its windows may be large.
    if (node.attrs.has("filter_h")) {
      const std::int64_t height = node.attrs.integer("filter_h");
      const std::int64_t width = node.attrs.integer("filter_w");
      if (height > kWork || width > kWork || height * width > kWork) return false;
      work += height * width * graph.tensor(node.outputs[0]).elements();
    }
    if (work > kWork) return false;
  }
  return true;
}

/// The outputs of one run on values that are always the same. Integers are any bytes; reals small.
inline std::vector<Bytes> run_on_something(const Graph& graph) {
  std::vector<Bytes> values;
  for (const TensorId id : graph.inputs) {
    const Tensor& tensor = graph.tensor(id);
    Bytes value(static_cast<std::size_t>(tensor.bytes()));
    for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<std::uint8_t>(i * 31 + 7);
    if (tensor.type == DType::f32)
      for (std::size_t i = 0; i < value.size() / sizeof(float); ++i)
        reinterpret_cast<float*>(value.data())[i] = 0.25F * static_cast<float>(i % 9) - 1.0F;
    values.push_back(std::move(value));
  }
  return Executor(graph).run({values.begin(), values.end()});
}

}  // namespace mote
