// The window of `transpose_conv`, shared by its reference and its device kernels.
#pragma once

#include "ir/op_def.h"

namespace mote::ops {

struct TransposeWindow {
  std::int32_t stride_h, stride_w;  ///< output pixels from one input pixel's window to the next one's
  std::int32_t pad_top, pad_left;   ///< of the windows, outside of the output
  std::int32_t out_h, out_w;
};

TransposeWindow transpose_window(const Node& node);

}  // namespace mote::ops
