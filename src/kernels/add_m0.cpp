// add of two int8 tensors of one shape on Cortex-M0+, as one linear form in 32-bit products (the idea is that of
// add_m4.cpp). For a pair of multipliers every pair of bytes bounds what is added; multipliers next to the true ratios
// are tried until bounds are left that hold for all 65,536 pairs.
#include <algorithm>
#include <cmath>
#include <optional>

#include "kernels/add_table.h"
#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

/// sum = first + a * a_multiplier + b * b_multiplier, less 1 if signed and negative; output = (sum + then) >> fraction,
/// saturated.
struct Form {
  std::int64_t a_multiplier = 0, b_multiplier = 0, first = 0, then = 0;
  int fraction = 0;
  bool is_signed = false;
};

class Search {
 public:
  Search(const Graph& graph, const Node& node, int fraction)
      : table_(add_table(graph, node)), one_(std::int64_t{1} << fraction), fraction_(fraction) {
    const Tensor& a = ops::input(graph, node, 0);
    const Tensor& b = ops::input(graph, node, 1);
    const Tensor& out = ops::output(graph, node);
    ratio_a_ = static_cast<double>(ops::scale_of(a)) / static_cast<double>(ops::scale_of(out));
    ratio_b_ = static_cast<double>(ops::scale_of(b)) / static_cast<double>(ops::scale_of(out));
    zero_ = -(ratio_a_ * ops::zero_point_of(a) + ratio_b_ * ops::zero_point_of(b));
    round_ = ops::zero_point_of(out) * one_ + one_ / 2;
  }

  bool fits() const {
    return std::ldexp(128 * (ratio_a_ + ratio_b_) + std::abs(zero_) + 130, fraction_) < 2147480000.0;
  }

  std::optional<Form> run() const {
    const auto nudge = [](std::int64_t i) { return i % 2 == 0 ? i / 2 : -(i + 1) / 2; };
    const std::int64_t a = std::llround(ratio_a_ * static_cast<double>(one_));
    const std::int64_t b = std::llround(ratio_b_ * static_cast<double>(one_));
    for (std::int64_t ring = 0; ring < kTries; ++ring)  // growing squares around the true ratios
      for (std::int64_t i = 0; i <= ring; ++i) {
        if (const auto found = with(a + nudge(ring), b + nudge(i))) return found;
        if (i == ring) continue;
        if (const auto found = with(a + nudge(i), b + nudge(ring))) return found;
      }
    return {};
  }

 private:
  static constexpr std::int64_t kTries = 9;

  /// Bounds of first + then, of sums below zero and of the others.
  std::optional<Form> with(std::int64_t a_multiplier, std::int64_t b_multiplier) const {
    std::int64_t least[2] = {INT64_MIN, INT64_MIN}, most[2] = {INT64_MAX, INT64_MAX};
    const std::int64_t centre = std::llround(zero_ * static_cast<double>(one_));
    const std::int32_t* y = table_.data();
    for (std::int64_t a = -128; a <= 127; ++a)
      for (std::int64_t b = -128; b <= 127; ++b, ++y) {
        const std::int64_t sum = a * a_multiplier + b * b_multiplier;
        const int side = sum + centre < 0 ? 0 : 1;
        if (*y > -128) least[side] = std::max(least[side], *y * one_ - sum);
        if (*y < 127) most[side] = std::min(most[side], (*y + 1) * one_ - sum - 1);
      }
    for (const bool is_signed : {false, true}) {
      const std::int64_t more = is_signed ? 1 : 0;
      const std::int64_t low = std::max(least[1], least[0] == INT64_MIN ? INT64_MIN : least[0] + more);
      const std::int64_t high = std::min(most[1], most[0] == INT64_MAX ? INT64_MAX : most[0] + more);
      if (low > high || low == INT64_MIN || high == INT64_MAX) continue;
      const std::int64_t all = low + (high - low) / 2;
      Form form{a_multiplier, b_multiplier, all, 0, fraction_, is_signed};
      if (is_signed) {
        form.first -= round_;
        form.then = round_;
      }
      if (agrees(form)) return form;
    }
    return {};
  }

  bool agrees(const Form& form) const {
    const std::int32_t* y = table_.data();
    for (std::int64_t a = -128; a <= 127; ++a)
      for (std::int64_t b = -128; b <= 127; ++b, ++y) {
        std::int64_t sum = form.first + a * form.a_multiplier + b * form.b_multiplier;
        if (sum < INT32_MIN + 1 || sum > INT32_MAX) return false;
        if (form.is_signed && sum < 0) --sum;
        sum += form.then;
        if (sum < INT32_MIN || sum > INT32_MAX) return false;
        if (std::clamp<std::int64_t>(sum >> fraction_, -128, 127) != *y) return false;
      }
    return true;
  }

  std::vector<std::int32_t> table_;
  std::int64_t one_;
  int fraction_;
  double ratio_a_ = 0, ratio_b_ = 0, zero_ = 0;
  std::int64_t round_ = 0;
};

std::optional<Form> find_form(const Graph& graph, const Node& node) {
  for (const int fraction : {23, 22, 21, 20}) {
    const Search search(graph, node, fraction);
    if (!search.fits()) continue;
    if (auto found = search.run()) return found;
    return {};  // fewer bits will not do either
  }
  return {};
}

bool applies(const Graph& graph, const Node& node, const Target&) {
  if (!fits_device(graph, node, DType::i8)) return false;
  if (ops::input(graph, node, 0).shape != ops::input(graph, node, 1).shape) return false;
  return find_form(graph, node).has_value();
}

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const Form form = *find_form(graph, node);
  const std::int64_t count = ops::output(graph, node).elements();
  CallBuilder call("add_plane_s8");
  call.reads(node, 2).set("count", count).set("a_multiplier", form.a_multiplier);
  call.set("b_multiplier", form.b_multiplier).set("first", form.first).set("then", form.then);
  call.set("fraction", form.fraction).overlap(kElementwise);
  KernelCall made = call.cost(count * (form.is_signed ? 19 : 16) + 40, 100).take();
  if (form.is_signed) made.kernel = "mote_add_plane_signed_s8";
  return made;
}

}  // namespace

const KernelDef add_plane_s8 = {"add_plane_s8", &ops::add, "add_plane_s8.c", applies, lower};

}  // namespace mote::kernels
