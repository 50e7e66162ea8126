// Kernels for tree_ensemble, and the packing of its trees (device/portable/tree_ensemble_walk.h): four bytes a node and
// two a leaf for integer features, wherever a feature's number and the way to the other child fit 15 bits.
#include <bit>
#include <cstring>
#include <optional>

#include "kernels/call.h"
#include "kernels/cost.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/tabular.h"

namespace mote::kernels {
namespace {

constexpr std::size_t kMaxLeaves = 32768;

struct Packed {
  std::vector<std::int16_t> words;
  double steps = 0;  ///< nodes on the way to a leaf, all trees together, if every leaf were as likely
};

/// The threshold as words: one for integers, two for floats (bits that count upwards).
std::vector<std::int16_t> threshold_words(const Tensor& thresholds, std::size_t node) {
  if (thresholds.type == DType::i8) return {thresholds.constant<std::int8_t>()[node]};
  if (thresholds.type == DType::i16) return {thresholds.constant<std::int16_t>()[node]};
  const float value = thresholds.constant<float>()[node];
  auto bits = std::bit_cast<std::uint32_t>(value == 0.0F ? 0.0F : value);  // -0 and 0 are one threshold
  bits = (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
  return {static_cast<std::int16_t>(bits & 0xffffU), static_cast<std::int16_t>(bits >> 16)};
}

/// One tree behind its length; nothing if a way is longer than 65,535 words, or than `skip_bits` (0: wide nodes).
class TreePacker {
 public:
  TreePacker(const Graph& graph, const Node& node, int skip_bits)
      : nodes_(ops::input(graph, node, 1).constant<std::int32_t>()),
        thresholds_(ops::input(graph, node, 2)),
        skip_bits_(skip_bits) {}

  bool add(std::int32_t root, Packed& packed) const {
    std::vector<std::int16_t> words{0};
    struct Open {
      std::int32_t child;
      std::size_t parent;  ///< where the way to `child` is to be written; 0: nowhere, it follows straight
      int depth;
    };
    std::vector<Open> open{{root, 0, 0}};
    double depths = 0;
    double leaves = 0;
    while (!open.empty()) {
      const Open at = open.back();
      open.pop_back();
      if (at.parent != 0 && !link(words, at.parent)) return false;
      if (at.child < 0) {
        words.push_back(static_cast<std::int16_t>(at.child));
        depths += at.depth;
        leaves += 1;
        continue;
      }
      const auto node = static_cast<std::size_t>(at.child);
      const std::size_t here = words.size();
      const std::int32_t feature = nodes_[3 * node];
      words.push_back(static_cast<std::int16_t>(feature << skip_bits_));
      if (skip_bits_ == 0) words.push_back(0);
      for (const std::int16_t word : threshold_words(thresholds_, node)) words.push_back(word);
      open.push_back({nodes_[3 * node + 2], here, at.depth + 1});
      open.push_back({nodes_[3 * node + 1], 0, at.depth + 1});
    }
    if (words.size() > 65535) return false;
    words[0] = static_cast<std::int16_t>(words.size());
    packed.words.insert(packed.words.end(), words.begin(), words.end());
    packed.steps += depths / leaves;
    return true;
  }

 private:
  bool link(std::vector<std::int16_t>& words, std::size_t parent) const {
    const std::size_t skip = words.size() - parent;
    if (skip >= (std::size_t{1} << (skip_bits_ == 0 ? 16 : skip_bits_))) return false;
    if (skip_bits_ == 0) {
      words[parent + 1] = static_cast<std::int16_t>(skip);
    } else {
      words[parent] = static_cast<std::int16_t>(words[parent] | static_cast<std::int16_t>(skip));
    }
    return true;
  }

  std::span<const std::int32_t> nodes_;
  const Tensor& thresholds_;
  int skip_bits_;
};

std::optional<Packed> pack(const Graph& graph, const Node& node, int skip_bits) {
  const TreePacker packer(graph, node, skip_bits);
  Packed packed;
  for (const std::int32_t root : ops::input(graph, node, 3).constant<std::int32_t>())
    if (!packer.add(root, packed)) return std::nullopt;
  return packed;
}

/// Bits that are left for ways when every feature's number has its own.
int narrow_bits(const Graph& graph, const Node& node) {
  const auto features = static_cast<unsigned>(ops::row_spec(ops::input(graph, node, 0)).features);
  return 15 - static_cast<int>(std::bit_width(features - 1));
}

template <typename Value>
KernelCall lower(const Graph& graph, const Node& node, const Target& target, std::string_view file) {
  int skip_bits = narrow_bits(graph, node);
  std::optional<Packed> packed;
  if (skip_bits > 0) packed = pack(graph, node, skip_bits);
  if (!packed) packed = pack(graph, node, skip_bits = 0);
  const ops::RowSpec spec = ops::row_spec(ops::input(graph, node, 0));
  const auto outputs = ops::input(graph, node, 4).constant<std::int32_t>();
  const auto values = ops::input(graph, node, 5).constant<Value>();
  const auto trees = ops::input(graph, node, 3).elements();
  CallBuilder call(file);
  call.reads(node).set("rows", spec.rows).set("features", spec.features);
  call.set("outputs", node.attrs.integer("outputs")).set("trees", trees).set("skip_bits", skip_bits);
  call.constant("words", packed->words);
  call.constant("leaf_outputs", std::vector<std::uint16_t>(outputs.begin(), outputs.end()));
  call.constant("leaf_values", std::vector<Value>(values.begin(), values.end()));
  const bool real = std::is_same_v<Value, float>;
  const auto steps = static_cast<std::int64_t>(packed->steps * (real ? 20 : 10));
  return call.cost(portable_on(target, spec.rows * (steps + trees * 16 + 30)), real ? 200 : 150).take();
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target& target) {
  return lower<std::int16_t>(graph, node, target, "tree_ensemble_s8");
}
KernelCall lower_s16(const Graph& graph, const Node& node, const Target& target) {
  return lower<std::int16_t>(graph, node, target, "tree_ensemble_s16");
}
KernelCall lower_f32(const Graph& graph, const Node& node, const Target& target) {
  return lower<float>(graph, node, target, "tree_ensemble_f32");
}

template <DType type>
bool applies(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, type) && ops::input(graph, node, 4).elements() <= std::int64_t{kMaxLeaves} &&
         pack(graph, node, 0).has_value();
}

}  // namespace

const KernelDef tree_ensemble_s8 = {"tree_ensemble_s8", &ops::tree_ensemble, "tree_ensemble_s8.c", applies<DType::i8>,
                                    lower_s8};
const KernelDef tree_ensemble_s16 = {"tree_ensemble_s16", &ops::tree_ensemble, "tree_ensemble_s16.c",
                                     applies<DType::i16>, lower_s16};
const KernelDef tree_ensemble_f32 = {"tree_ensemble_f32", &ops::tree_ensemble, "tree_ensemble_f32.c",
                                     applies<DType::f32>, lower_f32};

}  // namespace mote::kernels
