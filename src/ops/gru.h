// The integer form of gru: its sizes, its multipliers and its table. Shared by the reference and the compiler of its
// device kernels; gru.cpp says what is computed.
#pragma once

#include <array>
#include <vector>

#include "ir/op_def.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// Sums of a gate before its curve are in steps of 2^-12, the state and the curves' values in steps of 2^-15.
inline constexpr int kGruSumBits = 12;
/// Units at most: products of int8 weights with an int16 state then fit 31 bits.
inline constexpr std::int32_t kMostGruUnits = 512;

struct GruSizes {
  std::int32_t batches = 1, steps = 1, units = 1;
  bool sequence = false;  ///< all states are given, not the last alone
};
GruSizes gru_sizes(const Tensor& gates, const Attributes& attrs);

/// From steps of the gates to 2^-12.
QuantizedMultiplier gru_gate_multiplier(const Tensor& gates);
/// For each of the 3 * units rows: from steps of its weights times 2^-15 to 2^-12.
std::vector<QuantizedMultiplier> gru_weight_multipliers(const Tensor& weights);

/// 32768 / (1 + exp(-i / 16)), rounded, for i = 0..256.
using GruTable = std::array<std::uint16_t, 257>;
const GruTable& gru_table();

}  // namespace mote::ops
