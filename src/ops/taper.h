// Window functions of the operator taper, for the reference and for the tables of its device kernel.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace mote::ops {

/// hann, hamming or blackman, periodic: w_i of a window of `length`, i = 0 .. length - 1, the centre at length / 2.
std::vector<double> window_function(std::string_view name, std::int32_t length);
/// Q15, at most 32767.
std::vector<std::int16_t> taper_table(const std::vector<double>& window);

}  // namespace mote::ops
