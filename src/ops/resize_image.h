// Where the pixels of a resized picture come from, for the reference and the compiler of the device kernel.
#pragma once

#include <cstdint>
#include <vector>

namespace mote::ops {

/// An output position between two input positions along one axis.
struct ResizeTap {
  std::int32_t low = 0, high = 0;
  double part = 0;          ///< of `high`
  std::int32_t weight = 0;  ///< the same in 1/2048
};
std::vector<ResizeTap> resize_taps(std::int32_t from, std::int32_t to);

}  // namespace mote::ops
