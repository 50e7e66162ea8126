// add of two int8 tensors of one shape on Cortex-M4 and other cores with its DSP extension, and on those without SIMD
// (device/scalar32). TFLite's rule has three
// roundings; over the 65,536 pairs of bytes there are it is a staircase over a plane, and a plane with 21 bits below
// the point that puts every pair on the right step is as good. Candidates are tried on all pairs; no candidate, no
// kernel.
#include <algorithm>
#include <cmath>
#include <optional>

#include "kernels/add_table.h"
#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/activation.h"
#include "ops/add.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

constexpr int kFraction = 21;
constexpr std::int64_t kOne = std::int64_t{1} << kFraction;

/// sum = first + (a * a_multiplier >> 8) + (b * b_multiplier >> 8); output = saturate((sum + then) >> 21)
struct Plane {
  std::int64_t a_multiplier = 0, b_multiplier = 0, first = 0, then = 0;
  bool is_signed = false;  ///< one is taken off sums below zero; otherwise `then` is 0
};

}  // namespace

std::vector<std::int32_t> add_table(const Graph& graph, const Node& node) {
  const Tensor& a = ops::input(graph, node, 0);
  const Tensor& b = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const ops::AddScales scales = ops::add_scales(a, b, out);
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  const auto scaled = [](const Tensor& tensor, QuantizedMultiplier m) {
    std::vector<std::int32_t> values;
    for (std::int32_t q = -128; q <= 127; ++q)
      values.push_back(
          multiply_by_quantized_multiplier((q - ops::zero_point_of(tensor)) * (1 << ops::kAddLeftShift), m));
    return values;
  };
  const std::vector<std::int32_t> as = scaled(a, scales.a);
  const std::vector<std::int32_t> bs = scaled(b, scales.b);
  std::vector<std::int32_t> table;
  for (const std::int32_t va : as)
    for (const std::int32_t vb : bs)
      table.push_back(
          ops::clamp_to(multiply_by_quantized_multiplier(va + vb, scales.output) + ops::zero_point_of(out), range));
  return table;
}

namespace {

/// What the device adds up, as long as it fits 32 bits; partial sums may wrap.
std::int64_t sum_of(const Plane& plane, std::int64_t a, std::int64_t b) {
  const std::int64_t sum = plane.first + ((a * plane.a_multiplier) >> 8) + ((b * plane.b_multiplier) >> 8);
  return plane.is_signed && sum < 0 ? sum - 1 : sum;
}

bool fits(const Plane& plane) {
  for (const std::int64_t a : {-128, 127})
    for (const std::int64_t b : {-128, 127}) {
      const std::int64_t sum = sum_of(plane, a, b);
      for (const std::int64_t value : {sum, sum + plane.then})
        if (value < INT32_MIN + 1 || value > INT32_MAX) return false;
    }
  return true;
}

bool agrees(const Plane& plane, const std::vector<std::int32_t>& table) {
  if (!fits(plane)) return false;
  std::size_t at = 0;
  for (std::int64_t a = -128; a <= 127; ++a)
    for (std::int64_t b = -128; b <= 127; ++b) {
      const std::int64_t sum = sum_of(plane, a, b);
      if (std::clamp<std::int64_t>((sum + plane.then) >> kFraction, -128, 127) != table[at++]) return false;
    }
  return true;
}

std::optional<Plane> find_plane(const Graph& graph, const Node& node) {
  const Tensor& a = ops::input(graph, node, 0);
  const Tensor& b = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const double ratio_a = static_cast<double>(ops::scale_of(a)) / static_cast<double>(ops::scale_of(out));
  const double ratio_b = static_cast<double>(ops::scale_of(b)) / static_cast<double>(ops::scale_of(out));
  if (ratio_a >= 3.99 || ratio_b >= 3.99) return {};  // multipliers are int32 with 29 bits below the point
  const std::vector<std::int32_t> table = add_table(graph, node);
  for (const bool is_signed : {false, true})
    // The roundings differ by a few units in the last place: walk outwards from the exact values.
    for (std::int64_t step = 0; step < 15; ++step)
      for (std::int64_t turn = 0; turn < 9; ++turn) {
        const auto nudge = [](std::int64_t i) { return i % 2 == 0 ? i / 2 : -(i + 1) / 2; };
        Plane plane;
        plane.is_signed = is_signed;
        plane.a_multiplier = std::llround(ratio_a * 256 * static_cast<double>(kOne)) + nudge(turn % 3) * step;
        plane.b_multiplier = std::llround(ratio_b * 256 * static_cast<double>(kOne)) + nudge(turn / 3) * step;
        const double zero = -(ratio_a * ops::zero_point_of(a) + ratio_b * ops::zero_point_of(b));
        plane.first = std::llround(zero * static_cast<double>(kOne)) + 1 + nudge(step);
        const std::int64_t rest = ops::zero_point_of(out) * kOne + kOne / 2;
        (is_signed ? plane.then : plane.first) += rest;
        if (agrees(plane, table)) return plane;
      }
  return {};
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  if (!(target.has("dsp") || target.has("scalar32")) || !fits_device(graph, node, DType::i8)) return false;
  if (ops::input(graph, node, 0).shape != ops::input(graph, node, 1).shape) return false;
  return find_plane(graph, node).has_value();
}

/// Instructions of four elements, counted in the code of device/cortex_m4 and device/scalar32.
std::int64_t four_elements(const Target& target, bool is_signed) {
  if (target.has("dsp")) return is_signed ? 31 : 23;
  if (target.has("unsigned_bytes")) return 4 * (is_signed ? 31 : 28);
  return 4 * (is_signed ? 19 : 16);
}

KernelCall lower(const Graph& graph, const Node& node, const Target& target) {
  const Plane plane = *find_plane(graph, node);
  const std::int64_t count = ops::output(graph, node).elements();
  CallBuilder call("add_linear_s8");
  call.reads(node, 2).set("count", count);
  call.set("a_multiplier", plane.a_multiplier)
      .set("b_multiplier", plane.b_multiplier)
      .set("first", plane.first)
      .set("then", plane.then);
  call.overlap(kElementwise);
  KernelCall made = call.cost(count * four_elements(target, plane.is_signed) / 4 + 40, 290).take();
  if (plane.is_signed) made.kernel = "mote_add_linear_signed_s8";
  return made;
}

}  // namespace

const KernelDef add_linear_s8 = {"add_linear_s8", &ops::add, "add_linear_s8.c", applies, lower};

}  // namespace mote::kernels
