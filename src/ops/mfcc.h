// The cosines of mfcc, as reals and as the chip keeps them.
#pragma once

#include <cstdint>
#include <numbers>
#include <vector>

namespace mote::ops {

/// [coefficients][bands]
std::vector<double> dct_matrix(std::int32_t bands, std::int32_t coefficients);
/// The same in Q15.
std::vector<std::int16_t> dct_table(std::int32_t bands, std::int32_t coefficients);

}  // namespace mote::ops
