// A convolution and the addition that reads it in one call, piece by piece (device/portable/mote_rows_add.h): any two
// kernels of this list together. Costs what both cost and a little more a piece. The convolution's output needs no
// place: the sum may overwrite the other operand, and does not run into the convolution's input.
#include <algorithm>

#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/window_overlap.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

/// Which two kernels, and how their C functions together are called.
struct Parts {
  const KernelDef* convolution;
  const KernelDef* addition;
  std::string_view params;  ///< "rows_conv2d_add_s8" of the parameter struct mote_rows_conv2d_add_s8_params
  std::string_view header, source;
  std::int32_t tile_rows;  ///< rows that the convolution makes at a time; 0: it goes over pixels
  std::int64_t per_piece;  ///< instructions, counted
};

/// The convolution of which the add alone reads the output; of two the later one, so that less stays alive. Or -1.
int convolution_before(const Graph& graph, const Node& node) {
  int found = -1;
  if (node.inputs[0] == node.inputs[1]) return found;
  if (ops::input(graph, node, 0).shape != ops::input(graph, node, 1).shape) return found;
  for (const std::size_t side : {0U, 1U}) {
    const TensorId between = node.inputs[side];
    const int producer = graph.producer(between);
    if (producer < 0 || graph.is_output(between) || graph.consumers(between).size() != 1) continue;
    const Node& first = graph.nodes[static_cast<std::size_t>(producer)];
    const bool other_is_constant = ops::input(graph, node, 1 - side).is_constant();
    if (first.op == &ops::conv2d && ops::input(graph, first, 0).shape[0] == 1 && !other_is_constant)
      found = std::max(found, producer);
  }
  return found;
}

/// The tensor whose bytes this one shares (reshapes move nothing).
TensorId place_of(const Graph& graph, TensorId id) {
  for (int producer = graph.producer(id); producer >= 0; producer = graph.producer(id)) {
    const Node& node = graph.nodes[static_cast<std::size_t>(producer)];
    if (!node.op->layout_free) return id;
    id = node.inputs[0];
  }
  return id;
}

/// a is what the convolution makes: where it is the add's second input, its numbers change places.
void take_convolution_first(KernelCall& sum) {
  for (Field& field : sum.fields)
    for (const std::string_view name : {"zero", "multiplier", "shift"}) {
      if (field.name.size() != name.size() + 2 || !field.name.ends_with(name)) continue;
      if (field.name[0] == 'a' || field.name[0] == 'b') field.name[0] = field.name[0] == 'a' ? 'b' : 'a';
    }
}

struct Pieces {
  std::int64_t rows = 0, columns = 0, bytes = 0, count = 0;
};

/// Rows of tiles, or runs of a row (of all pixels, for 1x1) of about 256 bytes, which keeps the additional calls cheap.
Pieces cut(const ops::Window& w, std::int64_t channels, std::int64_t tile_rows) {
  constexpr std::int64_t kBytes = 256;
  if (tile_rows > 1) {
    const std::int64_t rows = std::min<std::int64_t>(tile_rows, w.out_h);
    return {rows, w.out_w, rows * w.out_w * channels, (w.out_h + rows - 1) / rows};
  }
  const std::int64_t row = tile_rows == 0 ? std::int64_t{w.out_h} * w.out_w : w.out_w;
  const std::int64_t pieces = (row * channels + kBytes - 1) / kBytes;
  const std::int64_t columns = std::min((row + pieces - 1) / pieces + 1, row + 1) / 2 * 2;
  const std::int64_t taken = std::min(std::max<std::int64_t>(columns, 1), row);
  return {1, taken, taken * channels, (row + taken - 1) / taken * (tile_rows == 0 ? 1 : w.out_h)};
}

template <const Parts& parts>
bool applies(const Graph& graph, const Node& node, const Target& target) {
  if (!fits_device(graph, node, DType::i8) || !target.has_source(parts.convolution->source) ||
      !target.has_source(parts.addition->source))
    return false;
  const int before = convolution_before(graph, node);
  return before >= 0 && parts.convolution->applies(graph, graph.nodes[static_cast<std::size_t>(before)], target) &&
         parts.addition->applies(graph, node, target);
}

/// mote_rows_conv2d_signed_add_plain_s8, mote_rows_winograd_4x4_s8_signed_9_add_plain_s8, mote_rows_conv2d_add_s8
std::string function_name(const Parts& parts, const std::string& convolution, const std::string& addition) {
  const std::string base = "mote_" + std::string(parts.convolution->name);
  const std::string add = addition == "mote_add_linear_signed_s8" ? "_add_signed_s8" : "_add_plain_s8";
  if (parts.addition == &add_s8) return "mote_" + std::string(parts.params);
  if (parts.tile_rows > 1) return "mote_rows_" + convolution.substr(std::string_view("mote_").size()) + add;
  const std::string what = parts.tile_rows == 0 ? "pointwise_" : "conv2d_";
  return "mote_rows_" + what + variant_of(convolution, base) + add;
}

template <const Parts& parts>
KernelCall lower(const Graph& graph, const Node& node, const Target& target) {
  const int before = convolution_before(graph, node);
  const Node& first = graph.nodes[static_cast<std::size_t>(before)];
  const std::size_t side = node.inputs[0] == first.outputs[0] ? 0 : 1;
  KernelCall convolution = parts.convolution->lower(graph, first, target);
  KernelCall addition = parts.addition->lower(graph, node, target);
  if (side == 1) take_convolution_first(addition);
  std::erase_if(addition.fields, [](const Field& field) { return field.name == "count"; });  // the pieces' own
  const Shape& in = ops::input(graph, first, 0).shape;
  const Shape& out = ops::output(graph, node).shape;
  const ops::Window w = convolution_window(graph, first);
  const Pieces pieces = cut(w, out[3], parts.tile_rows);
  const std::int64_t piece_bytes = (pieces.bytes + 3) / 4 * 4;

  CallBuilder builder(parts.params);
  builder.set("pieces.rows", pieces.rows).set("pieces.columns", pieces.columns).set("pieces.channels", out[3]);
  builder.set("pieces.step_h", w.stride_h).set("pieces.step_w", w.stride_w).set("pieces.bytes", piece_bytes);
  builder.scratch(piece_bytes + convolution.scratch_bytes);
  // Where the other operand is the convolution's input as well, that must stay until its windows are done.
  const bool one_input = place_of(graph, node.inputs[1 - side]) == place_of(graph, first.inputs[0]);
  builder.overlap(one_input ? batch_overlap(in, w, out[3], 1) : kElementwise);
  builder.cost(convolution.instructions + addition.instructions + pieces.count * parts.per_piece,
               convolution.code_bytes + addition.code_bytes + 200);
  KernelCall call = builder.take();
  call.reads = {node.inputs[1 - side], first.inputs[0]};
  call.header = parts.header;
  call.sources = {std::string(parts.source)};
  call.kernel = function_name(parts, convolution.kernel, addition.kernel);
  add_part(call, std::move(convolution), "conv");
  add_part(call, std::move(addition), "sum");
  call.absorbs = before;
  return call;
}

template <const Parts& parts>
constexpr KernelDef fused(std::string_view name) {
  return {.name = name,
          .op = &ops::add,
          .source = parts.source,
          .applies = applies<parts>,
          .lower = lower<parts>,
          .fuses = true};
}

constexpr Parts kPortable = {&conv2d_s8, &add_s8, "rows_conv2d_add_s8", "rows_conv2d_add_s8.h", "rows_conv2d_add_s8.c",
                             1,          150};
constexpr Parts kDual = {&conv2d_s8_dual,
                         &add_linear_s8,
                         "rows_conv2d_add_s8_dual",
                         "rows_conv2d_add_s8_dual.h",
                         "rows_conv2d_add_s8_dual.c",
                         1,
                         190};
constexpr Parts kPixels = {&pointwise_s8_dual,
                           &add_linear_s8,
                           "rows_pointwise_add_s8_dual",
                           "rows_conv2d_add_s8_dual.h",
                           "rows_conv2d_add_s8_dual.c",
                           0,
                           150};
constexpr Parts kTiles2 = {&winograd_2x2_s8,
                           &add_linear_s8,
                           "rows_winograd_add_s8",
                           "rows_winograd_add_s8.h",
                           "rows_winograd_2x2_add_s8.c",
                           2,
                           150};
constexpr Parts kTiles4 = {&winograd_4x4_s8,
                           &add_linear_s8,
                           "rows_winograd_add_s8",
                           "rows_winograd_add_s8.h",
                           "rows_winograd_4x4_add_s8.c",
                           4,
                           150};

}  // namespace

const KernelDef rows_conv2d_add_s8 = fused<kPortable>("rows_conv2d_add_s8");
const KernelDef rows_conv2d_add_s8_dual = fused<kDual>("rows_conv2d_add_s8_dual");
const KernelDef rows_pointwise_add_s8_dual = fused<kPixels>("rows_pointwise_add_s8_dual");
const KernelDef rows_winograd_2x2_add_s8 = fused<kTiles2>("rows_winograd_2x2_add_s8");
const KernelDef rows_winograd_4x4_add_s8 = fused<kTiles4>("rows_winograd_4x4_add_s8");

}  // namespace mote::kernels
