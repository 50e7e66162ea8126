// The sliding window of convolutions and pooling: its attributes and the sizes that follow.
// Where it stands: conv2d, depthwise_conv2d and the pools define themselves with it; their kernels read the same
// Window.
#pragma once

#include "ir/op_def.h"
#include "ops/activation.h"

namespace mote::ops {

/// Sizes in elements; pads are resolved (never "same").
struct Window {
  std::int32_t filter_h = 1, filter_w = 1;
  std::int32_t stride_h = 1, stride_w = 1;
  std::int32_t dilation_h = 1, dilation_w = 1;
  std::int32_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  std::int32_t out_h = 0, out_w = 0;
};

/// Bound on strides, dilations, pads and pooling filters, so that no size below overflows 64 bits.
inline constexpr std::int64_t kMaxWindow = 1 << 20;
/// The most elements of an average over int16.
inline constexpr std::int64_t kMaxWindow16 = 1 << 15;

inline constexpr AttrDef kConvolutionAttrs[] = {
    {"activation", AttrKind::text, 0, 0, kActivations}, {"dilation_h", AttrKind::integer, 1, kMaxWindow},
    {"dilation_w", AttrKind::integer, 1, kMaxWindow},   {"pad_bottom", AttrKind::integer, 0, kMaxWindow},
    {"pad_left", AttrKind::integer, 0, kMaxWindow},     {"pad_right", AttrKind::integer, 0, kMaxWindow},
    {"pad_top", AttrKind::integer, 0, kMaxWindow},      {"stride_h", AttrKind::integer, 1, kMaxWindow},
    {"stride_w", AttrKind::integer, 1, kMaxWindow},
};

inline constexpr AttrDef kPoolAttrs[] = {
    {"activation", AttrKind::text, 0, 0, kActivations}, {"filter_h", AttrKind::integer, 1, kMaxWindow},
    {"filter_w", AttrKind::integer, 1, kMaxWindow},     {"pad_bottom", AttrKind::integer, 0, kMaxWindow},
    {"pad_left", AttrKind::integer, 0, kMaxWindow},     {"pad_right", AttrKind::integer, 0, kMaxWindow},
    {"pad_top", AttrKind::integer, 0, kMaxWindow},      {"stride_h", AttrKind::integer, 1, kMaxWindow},
    {"stride_w", AttrKind::integer, 1, kMaxWindow},
};

/// Reads strides, pads and, where the node has them, dilations from verified attributes, and finds the output's size.
/// BadInput if the window does not fit into the padded input or the output is too large.
Result<Window> window_of(const Attributes& attrs, std::int32_t in_h, std::int32_t in_w, std::int32_t filter_h,
                         std::int32_t filter_w);

/// The window of a pool: filter sizes are attributes too. BadInput also if some window would lie wholly in padding.
Result<Window> pool_window(const Attributes& attrs, std::int32_t in_h, std::int32_t in_w);

}  // namespace mote::ops
