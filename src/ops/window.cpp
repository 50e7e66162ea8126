// See window.h.
#include "ops/window.h"

#include <fmt/format.h>

namespace mote::ops {
namespace {

std::int32_t attr32(const Attributes& attrs, std::string_view name) {
  return static_cast<std::int32_t>(attrs.integer(name));
}

/// Output positions along one axis.
Result<std::int32_t> positions(std::int64_t in, std::int64_t filter, std::int64_t stride, std::int64_t dilation,
                               std::int64_t pads, std::string_view axis) {
  const std::int64_t reach = (filter - 1) * dilation + 1;
  const std::int64_t room = in + pads - reach;
  if (room < 0)
    return bad_input(fmt::format("its window of {} {} rows or columns does not fit into the padded input's {}", reach,
                                 axis, in + pads));
  const std::int64_t count = room / stride + 1;
  if (count > INT32_MAX) return bad_input(fmt::format("its output would have a {} of {}", axis, count));
  return static_cast<std::int32_t>(count);
}

}  // namespace

Result<Window> window_of(const Attributes& attrs, std::int32_t in_h, std::int32_t in_w, std::int32_t filter_h,
                         std::int32_t filter_w) {
  Window w;
  w.filter_h = filter_h;
  w.filter_w = filter_w;
  w.stride_h = attr32(attrs, "stride_h");
  w.stride_w = attr32(attrs, "stride_w");
  if (attrs.has("dilation_h")) {
    w.dilation_h = attr32(attrs, "dilation_h");
    w.dilation_w = attr32(attrs, "dilation_w");
  }
  w.pad_top = attr32(attrs, "pad_top");
  w.pad_left = attr32(attrs, "pad_left");
  w.pad_bottom = attr32(attrs, "pad_bottom");
  w.pad_right = attr32(attrs, "pad_right");
  MOTE_TRY(w.out_h,
           positions(in_h, filter_h, w.stride_h, w.dilation_h, std::int64_t{w.pad_top} + w.pad_bottom, "height"));
  MOTE_TRY(w.out_w,
           positions(in_w, filter_w, w.stride_w, w.dilation_w, std::int64_t{w.pad_left} + w.pad_right, "width"));
  return w;
}

Result<Window> pool_window(const Attributes& attrs, std::int32_t in_h, std::int32_t in_w) {
  MOTE_TRY(const Window w, window_of(attrs, in_h, in_w, attr32(attrs, "filter_h"), attr32(attrs, "filter_w")));
  if (w.pad_top >= w.filter_h || w.pad_bottom >= w.filter_h || w.pad_left >= w.filter_w || w.pad_right >= w.filter_w)
    return bad_input("its padding is as large as its window");
  return w;
}

}  // namespace mote::ops
