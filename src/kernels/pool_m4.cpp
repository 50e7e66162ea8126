// Pooling on Cortex-M4 and other cores with its DSP extension: the portable kernels' parameters, four channels a word.
#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

ops::Window window_of_pool(const Graph& graph, const Node& node) {
  const Shape& in = ops::input(graph, node, 0).shape;
  return *ops::pool_window(node.attrs, in[1], in[2]);
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  return target.has("dsp") && fits_device(graph, node, DType::i8) && ops::input(graph, node, 0).shape[3] % 4 == 0;
}

/// Sums are 16 bits wide.
bool applies_average(const Graph& graph, const Node& node, const Target& target) {
  const ops::Window w = window_of_pool(graph, node);
  return std::int64_t{w.filter_h} * w.filter_w <= 256 && applies(graph, node, target);
}

KernelCall lower(const KernelDef& portable, const char* file, const Graph& graph, const Node& node,
                 const Target& target, std::int64_t per_pixel, std::int64_t per_group) {
  KernelCall call = portable.lower(graph, node, target);
  const ops::Window w = window_of_pool(graph, node);
  const Shape& in = ops::input(graph, node, 0).shape;
  const std::int64_t positions = std::int64_t{in[0]} * w.out_h * w.out_w;
  const bool one_run = w.filter_w >= in[2] && w.pad_left == 0;
  const std::int64_t columns = std::min(w.filter_w, in[2]);
  const std::int64_t rows = std::min(w.filter_h, in[1]);
  const std::int64_t group = rows * columns * per_pixel / 4 + (one_run ? 1 : rows) * 10 + per_group;
  call.instructions = positions * (45 + in[3] / 4 * group) + 40;
  call.code_bytes = 450;
  call.kernel = std::string("mote_") + file;
  call.header = std::string(file) + ".h";
  call.sources = {std::string(file) + ".c"};
  return call;
}

KernelCall lower_average(const Graph& graph, const Node& node, const Target& target) {
  return lower(average_pool2d_s8, "average_pool2d_words_s8", graph, node, target, 18, 90);
}
KernelCall lower_max(const Graph& graph, const Node& node, const Target& target) {
  return lower(max_pool2d_s8, "max_pool2d_words_s8", graph, node, target, 24, 30);
}

}  // namespace

const KernelDef average_pool2d_words_s8 = {"average_pool2d_words_s8", &ops::average_pool2d, "average_pool2d_words_s8.c",
                                           applies_average, lower_average};
const KernelDef max_pool2d_words_s8 = {"max_pool2d_words_s8", &ops::max_pool2d, "max_pool2d_words_s8.c", applies,
                                       lower_max};

}  // namespace mote::kernels
