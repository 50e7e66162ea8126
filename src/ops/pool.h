// What average_pool2d and max_pool2d have in common: the walk over windows, padding left out.
#pragma once

#include <algorithm>
#include <span>

#include "ops/window.h"

namespace mote::ops {

/// For every output element in order: calls start(), take(element) for each input under the window, finish(index,
/// elements taken). x is [N,H,W,C]; pool_window has accepted the node.
template <typename T, typename Start, typename Take, typename Finish>
void pool(const Node& node, const ConstView& x, Start start, Take take, Finish finish) {
  const Shape& in = x.tensor->shape;
  const Window w = *pool_window(node.attrs, in[1], in[2]);
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < in[0]; ++n)
    for (std::int64_t oy = 0; oy < w.out_h; ++oy)
      for (std::int64_t ox = 0; ox < w.out_w; ++ox) {
        const std::int64_t top = oy * w.stride_h - w.pad_top;
        const std::int64_t left = ox * w.stride_w - w.pad_left;
        const std::int64_t y0 = std::max<std::int64_t>(top, 0);
        const std::int64_t y1 = std::min<std::int64_t>(top + w.filter_h, in[1]);
        const std::int64_t x0 = std::max<std::int64_t>(left, 0);
        const std::int64_t x1 = std::min<std::int64_t>(left + w.filter_w, in[2]);
        for (std::int64_t c = 0; c < in[3]; ++c) {
          start();
          for (std::int64_t y = y0; y < y1; ++y)
            for (std::int64_t xx = x0; xx < x1; ++xx) take(x.as<T>()[((n * in[1] + y) * in[2] + xx) * in[3] + c]);
          finish(at++, (y1 - y0) * (x1 - x0));
        }
      }
}

}  // namespace mote::ops
