// Packing for the dense loop of cores without SIMD (device/cortex_m0/mote_m0_quads.h says what it does with it), shared
// by conv2d and fully_connected.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "kernels/call.h"
#include "ops/fixed_point.h"

namespace mote::kernels {

struct QuadsLayer {
  std::vector<std::uint32_t> stream;
  std::int32_t group_words = 0;  ///< of the stream, for four outputs
  std::int32_t inputs = 0;       ///< of one output, rounded up to an even number
  std::int32_t outputs = 0;
  std::int32_t low_bits = 0, fraction = 0, round = 0;
  std::int32_t act_min = -128, act_max = 127;
  bool is_signed = false;
};

/// The stream of a verified int8 node with these weights, [outputs][taps], and its bias as input 2. Empty where the
/// loop would not be exact: sums that need 24 bits, or no rescale (rescale_m0.h).
std::optional<QuadsLayer> quads_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                      std::span<const QuantizedMultiplier> multipliers);

/// Fields `layer.*`, the stream as constant "weights", the shared source; the variant's suffix onto the kernel's name.
void add_quads_layer(KernelCall& call, const QuadsLayer& layer);

/// Instructions of mote_m0_run, counted in device/cortex_m0.
std::int64_t quads_instructions(const QuadsLayer& layer);
/// The same with inputs as bytes, a multiple of four.
std::int64_t quads_bytes_instructions(const QuadsLayer& layer);
/// Of mote_m0_widen, for a run of n bytes; `aligned`: it begins at a word.
std::int64_t widen_m0_instructions(std::int64_t n, bool aligned);
/// Bytes of code of the loop.
std::int64_t quads_code_bytes(const QuadsLayer& layer);

}  // namespace mote::kernels
