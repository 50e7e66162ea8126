// Packing for the tiles of cores without SIMD (device/scalar32/mote_tile.h), shared by pointwise, conv2d and
// fully_connected.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "kernels/call.h"
#include "kernels/scaled_channels_m4.h"
#include "ops/activation.h"
#include "ops/fixed_point.h"

namespace mote::kernels {

/// What all kernels here ask first: such a target, int8 activations and weights.
inline bool has_int8_weights(const Graph& graph, const Node& node, const Target& target) {
  return target.has("scalar32") && fits_device(graph, node, DType::i8) &&
         graph.tensor(node.inputs[1]).type == DType::i8;
}

/// The exact rescale of all channels (device/scalar32/mote_scalar32.h), with the first fraction that suits all.
struct ScaledLayer {
  int fraction = 0;
  std::int32_t zero_point = 0;
  ops::Int8Range range;
  std::vector<ScaledChannel> channels;
  bool is_signed() const { return rescale_signed(zero_point, range); }
};

/// Of a verified int8 node with these weights, [outputs][taps], and its bias as input 2. Empty if there is none.
std::optional<ScaledLayer> scaled_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                        std::span<const QuantizedMultiplier> multipliers);

/// Fields `<prefix>channels`, `negatives`, `round`, `fraction`, `act_min`, `act_max`.
void add_scales(KernelCall& call, const ScaledLayer& layer, std::string_view prefix);
void add_constant(KernelCall& call, std::string_view field, std::string_view name, std::string_view c_type,
                  Bytes bytes);

struct TileLayer {
  ScaledLayer scaled;
  std::int32_t inputs = 0;  ///< of one output, as packed
  std::int32_t outputs = 0;
  Bytes weights;
  bool words = false;  ///< unsigned bytes in words, two windows a tile (device/xtensa); else four windows
  std::int64_t windows() const { return words ? 2 : 4; }
};

std::optional<TileLayer> tile_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                    std::span<const QuantizedMultiplier> multipliers, const Target& target);

/// Fields `layer.*` and the shared source.
void add_tile_layer(KernelCall& call, const TileLayer& layer);

/// The call of pointwise_s8_tile: every pixel of in_c inputs gives layer.outputs outputs.
KernelCall pointwise_tile_call(const Node& node, const TileLayer& layer, std::int64_t pixels, std::int64_t in_c);

/// Estimates, counted in the code: all outputs of `windows` windows; bringing a window of so many inputs in so many
/// runs into a patch; bytes of code.
std::int64_t tile_instructions(const TileLayer& layer, std::int64_t windows);
std::int64_t tile_gather_instructions(const TileLayer& layer, std::int64_t runs, std::int64_t run_inputs);
std::int64_t tile_code_bytes(const TileLayer& layer);
/// Scratch of the gathered windows of a tile.
std::int64_t tile_patch_bytes(const TileLayer& layer);

}  // namespace mote::kernels
