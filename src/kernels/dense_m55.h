// Packing for the dense kernels of device/cortex_m55 (mote_mve_dense.h): weights in chunks of 16 inputs by four
// outputs, biases with zero points folded, multipliers and shifts beside them. Nothing is searched for: Helium's own
// roundings are TFLite's but for halves of negative results.
#pragma once

#include <optional>
#include <span>

#include "kernels/call.h"
#include "ops/activation.h"
#include "ops/fixed_point.h"

namespace mote::kernels {

struct MveLayer {
  std::vector<std::uint32_t> stream;
  std::int32_t chunks = 0;
  std::int32_t outputs = 0;
  std::int32_t out_zero = 0;
  ops::Int8Range range;
  bool is_signed = false;  ///< results below the zero point exist
};

/// Whether Helium's rounding gives TFLite's results: no shifts to the left, and where results below the zero point
/// exist, shifts to the right by at least one.
bool mve_scales(std::span<const QuantizedMultiplier> multipliers, bool is_signed);
/// Whether an output has results below its zero point.
bool mve_signed(const Tensor& out, ops::Int8Range range);

/// `weights` are [outputs][inputs]. Empty if mve_scales says no.
std::optional<MveLayer> mve_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                  std::span<const QuantizedMultiplier> multipliers);

/// Puts the layer's fields into a call of one of the dense kernels.
void add_mve_layer(KernelCall& call, const MveLayer& layer);

/// pointwise_s8_mve over `pixels` of in_c bytes.
KernelCall mve_pointwise_call(const Node& node, const MveLayer& layer, std::int64_t pixels, std::int64_t in_c);

/// Estimates, counted in device/cortex_m55/mote_mve_dense.c: all outputs of a pair of pixels (beyond the first, calls
/// are shared), of one pixel.
std::int64_t mve_pair_instructions(const MveLayer& layer);
std::int64_t mve_one_instructions(const MveLayer& layer);
inline constexpr std::int64_t kMvePairsCall = 20;
inline constexpr std::int64_t kMveDenseCode = 900;

}  // namespace mote::kernels
