// Packing for the dual inner loops of Cortex-M4 (device/cortex_m4/mote_m4_dual.h says what they do with it) and for the
// quad loops of int4 weights (mote_m4_quad.h), shared by pointwise, conv2d and fully_connected.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "kernels/call.h"
#include "ops/fixed_point.h"

namespace mote::kernels {

/// How the stream is laid out: two weights a halfword, the same with one multiplier for all, or four int4 weights.
enum class StreamKind : std::uint8_t { dual, uniform, quad };

struct DualLayer {
  std::vector<std::uint32_t> stream;
  std::int32_t group_words = 0;  ///< of the stream, for four outputs
  std::int32_t inputs = 0;       ///< rounded up to a multiple of 4
  std::int32_t outputs = 0;
  std::int32_t round = 0;
  std::int32_t multiplier = 0, negative = 0;  ///< of uniform streams
  std::int32_t act_min = -128, act_max = 127;
  bool is_signed = false;
  bool is_coarse = false;
  StreamKind kind = StreamKind::dual;
};

/// The stream of a verified int8 node with these weights, [outputs][taps], and its bias as input 2. `order`: the
/// stream's order of an output's weights (empty: as it is). Empty where the packing would not be exact: a weight of
/// -128 above a negative one, sums that need more than 24 bits (quad: 20), no rescale (rescale_m4.h), or not uniform.
std::optional<DualLayer> dual_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                    std::span<const QuantizedMultiplier> multipliers,
                                    std::span<const std::size_t> order, StreamKind kind);

/// Fields `layer.*`, the stream as constant "weights", the shared source; the variant's suffix onto the kernel's name.
void add_dual_layer(KernelCall& call, const DualLayer& layer);

/// The call of pointwise_s8_dual or pointwise_s8w4_quad: every pixel of in_c inputs gives layer.outputs outputs.
KernelCall pointwise_call(const Node& node, const DualLayer& layer, std::int64_t pixels, std::int64_t in_c);

/// The call of pointwise_s8_dual for one row of a 1x1 convolution's image; empty where that kernel does not apply.
std::optional<KernelCall> pointwise_row_call(const Graph& graph, const Node& node, const Target& target);

/// Instructions of mote_m4_run2 (two pixels) and mote_m4_run1 with the layer's kind of loop, counted in
/// device/cortex_m4.
std::int64_t dual_pair_instructions(const DualLayer& layer);
std::int64_t dual_single_instructions(const DualLayer& layer);
/// Instructions of mote_m4_widen on `quads` times four inputs, and of mote_m4_widen_rows.
std::int64_t widen_instructions(std::int64_t quads);
std::int64_t widen_rows_instructions(std::int64_t quads, std::int64_t rows);
/// Bytes of code of the loops that one layer uses.
std::int64_t dual_code_bytes(const DualLayer& layer, bool pairs);

}  // namespace mote::kernels
