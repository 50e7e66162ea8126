// See window_overlap.h.
#include "kernels/window_overlap.h"

#include <algorithm>
#include <limits>

namespace mote::kernels {

Overlap window_overlap(const Shape& in_shape, const ops::Window& window, std::int32_t out_c, WindowReads reads,
                       std::int64_t element_bytes) {
  const std::int64_t positions = std::int64_t{in_shape[0]} * window.out_h * window.out_w;
  if (positions > 10'000'000) return {};  // would take long to walk; such a tensor fits no microcontroller
  const std::int64_t in_c = in_shape[3];
  const std::int64_t in_image = std::int64_t{in_shape[1]} * in_shape[2] * in_c;
  std::int64_t lead = 0;
  std::int64_t needed_later = std::numeric_limits<std::int64_t>::max();  // first element that later positions read
  for (std::int64_t p = positions - 1; p >= 0; --p) {
    const std::int64_t n = p / (std::int64_t{window.out_h} * window.out_w);
    const std::int64_t oy = p / window.out_w % window.out_h;
    const std::int64_t ox = p % window.out_w;
    const std::int64_t y = std::clamp<std::int64_t>(oy * window.stride_h - window.pad_top, 0, in_shape[1] - 1);
    const std::int64_t x = std::clamp<std::int64_t>(ox * window.stride_w - window.pad_left, 0, in_shape[2] - 1);
    const std::int64_t first = n * in_image + (y * in_shape[2] + x) * in_c;
    const std::int64_t written = (p + 1) * out_c;  // elements written once this position is done
    if (needed_later != std::numeric_limits<std::int64_t>::max()) lead = std::max(lead, written - needed_later);
    // While its channels are being written: channel by channel the window's own need moves along with the writes.
    lead = std::max(lead, reads == WindowReads::per_channel ? p * out_c - first : written - first);
    needed_later = std::min(needed_later, first);
  }
  return {.allowed = true, .lead = lead * element_bytes, .equal_offset_only = false};
}

Overlap batch_overlap(const Shape& in, const ops::Window& w, std::int64_t out_c, std::int64_t at_once) {
  const std::int64_t per_image = std::int64_t{w.out_h} * w.out_w;
  if (in[0] * per_image > 10'000'000) return {};
  const std::int64_t in_image = std::int64_t{in[1]} * in[2] * in[3];
  std::int64_t lead = 0;
  std::int64_t needed_later = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t n = in[0] - 1; n >= 0; --n)
    for (std::int64_t p = per_image - 1; p >= 0; --p) {
      const std::int64_t y = std::clamp<std::int64_t>(p / w.out_w * w.stride_h - w.pad_top, 0, in[1] - 1);
      const std::int64_t x = std::clamp<std::int64_t>(p % w.out_w * w.stride_w - w.pad_left, 0, in[2] - 1);
      const bool ends_batch = p % at_once == at_once - 1 || p == per_image - 1;
      if (ends_batch && needed_later != std::numeric_limits<std::int64_t>::max())
        lead = std::max(lead, (n * per_image + p + 1) * out_c - needed_later);
      needed_later = std::min(needed_later, n * in_image + (y * in[2] + x) * in[3]);
    }
  return {.allowed = true, .lead = lead, .equal_offset_only = false};
}

}  // namespace mote::kernels
