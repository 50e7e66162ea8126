// See patches.h.
#include "passes/patches.h"

#include <algorithm>

#include "ops/ops.h"
#include "ops/window.h"

namespace mote::passes {
namespace {

/// Every `stride`-th of `count` positions of each sample goes to `emit(sample, position)`.
template <typename Emit>
void spread(std::size_t samples, std::size_t positions, std::size_t wanted, Emit emit) {
  const std::size_t all = samples * positions;
  const std::size_t count = std::min(all, wanted);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = i * all / count;
    emit(at / positions, at % positions);
  }
}

}  // namespace

Patches extract_patches(const Graph& graph, const Node& node, const std::vector<std::vector<float>>& inputs,
                        std::size_t wanted, std::int32_t channel) {
  const Shape& in = graph.tensor(node.inputs[0]).shape;
  const Shape& k = graph.tensor(node.inputs[1]).shape;
  Patches patches;
  if (node.op == &ops::fully_connected) {
    patches.width = static_cast<std::size_t>(k[1]);
    spread(inputs.size(), inputs.front().size() / patches.width, wanted, [&](std::size_t s, std::size_t row) {
      const auto begin = inputs[s].begin() + static_cast<std::ptrdiff_t>(row * patches.width);
      patches.values.insert(patches.values.end(), begin, begin + static_cast<std::ptrdiff_t>(patches.width));
    });
    return patches;
  }
  const bool depthwise = node.op == &ops::depthwise_conv2d;
  const ops::Window w = *ops::window_of(node.attrs, in[1], in[2], k[1], k[2]);
  const std::int32_t depth = depthwise ? 1 : in[3];
  patches.width = static_cast<std::size_t>(k[1] * k[2] * depth);
  const auto plane = static_cast<std::size_t>(w.out_h) * static_cast<std::size_t>(w.out_w);
  spread(inputs.size(), plane * static_cast<std::size_t>(in[0]), wanted, [&](std::size_t s, std::size_t position) {
    const auto n = static_cast<std::int64_t>(position / plane);
    const auto oy = static_cast<std::int64_t>(position % plane) / w.out_w;
    const auto ox = static_cast<std::int64_t>(position % plane) % w.out_w;
    for (std::int64_t ky = 0; ky < k[1]; ++ky)
      for (std::int64_t kx = 0; kx < k[2]; ++kx) {
        const std::int64_t y = oy * w.stride_h - w.pad_top + ky * w.dilation_h;
        const std::int64_t x = ox * w.stride_w - w.pad_left + kx * w.dilation_w;
        const bool inside = y >= 0 && y < in[1] && x >= 0 && x < in[2];
        const auto pixel = static_cast<std::size_t>(inside ? ((n * in[1] + y) * in[2] + x) * in[3] : 0);
        for (std::int32_t c = 0; c < depth; ++c)
          patches.values.push_back(inside ? inputs[s][pixel + static_cast<std::size_t>(depthwise ? channel : c)]
                                          : 0.0F);
      }
  });
  return patches;
}

}  // namespace mote::passes
