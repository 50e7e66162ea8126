// Kernels for centre_distance, neighbour_votes and gaussian_mixture: operators that compare a row of features with a
// table of points.
#include "kernels/call.h"
#include "kernels/cost.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/tabular.h"

namespace mote::kernels {
namespace {

constexpr std::int64_t kTrackedNeighbour = 8;  ///< keeping one in order, a guess: most points are not near

template <typename T>
std::vector<T> elements(const Tensor& tensor) {
  const auto values = tensor.constant<T>();
  return {values.begin(), values.end()};
}

CallBuilder begin(const Graph& graph, const Node& node, std::string_view file) {
  const ops::RowSpec spec = ops::row_spec(ops::input(graph, node, 0));
  CallBuilder call(file);
  call.reads(node).set("rows", spec.rows).set("features", spec.features);
  return call;
}

/// Instructions of one feature's part of a squared distance.
template <typename T>
constexpr std::int64_t each() {
  return sizeof(T) == 1 ? 11 : 15;
}

template <typename T>
KernelCall lower_centres(const Graph& graph, const Node& node, const Target& target, std::string_view file) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& centres = ops::input(graph, node, 1);
  CallBuilder call = begin(graph, node, file);
  call.set("centres", centres.shape[0]).constant("table", elements<T>(centres));
  if (x.type != DType::f32) {
    const QuantizedMultiplier m = ops::distance_multiplier(x, ops::output(graph, node));
    call.set("multiplier", m.multiplier).set("shift", m.shift);
  }
  const std::int64_t row = centres.elements() * each<T>() + centres.shape[0] * 16 + 420;
  return call.cost(portable_on(target, ops::row_spec(x).rows * row), 250).take();
}

template <typename T>
KernelCall lower_neighbours(const Graph& graph, const Node& node, const Target& target, std::string_view file) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& points = ops::input(graph, node, 1);
  const auto labels = ops::input(graph, node, 2).constant<std::int32_t>();
  const std::int64_t neighbours = node.attrs.integer("neighbours");
  CallBuilder call = begin(graph, node, file);
  call.set("outputs", node.attrs.integer("outputs")).set("points", points.shape[0]).set("neighbours", neighbours);
  if (x.type == DType::f32) call.set_real("vote", 1.0F / static_cast<float>(neighbours));
  call.constant("table", elements<T>(points));
  call.constant("labels", std::vector<std::uint16_t>(labels.begin(), labels.end()));
  call.scratch(x.type == DType::i16 ? 10 * neighbours + 4 : 6 * neighbours);
  const std::int64_t row = points.elements() * each<T>() + points.shape[0] * 20 + neighbours * kTrackedNeighbour * 8;
  return call.cost(portable_on(target, ops::row_spec(x).rows * row), 250).take();
}

KernelCall lower_mixture(const Graph& graph, const Node& node, const Target& target, std::string_view file) {
  const ops::MixtureTables t = ops::mixture_tables(graph, node);
  CallBuilder call = begin(graph, node, file);
  call.set("components", t.components).set("full", t.full ? 1 : 0);
  call.set("multiplier", t.multiplier.multiplier).set("shift", t.multiplier.shift);
  call.constant("centre", t.centre).constant("weights", t.weights).constant("rest", t.rest);
  call.constant("shifts", t.shift).constant("offset", t.offset).constant("softplus", t.softplus);
  const auto weights = static_cast<std::int64_t>(t.weights.size());
  const std::int64_t row = weights * 14 + std::int64_t{t.components} * (t.features * 40 + 40) + 60;
  return call.cost(portable_on(target, ops::row_spec(ops::input(graph, node, 0)).rows * row), 400).take();
}

KernelCall lower_mixture_f32(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& whitening = ops::input(graph, node, 2);
  const Tensor& offsets = ops::input(graph, node, 3);
  const ops::RowSpec spec = ops::row_spec(ops::input(graph, node, 0));
  CallBuilder call = begin(graph, node, "gaussian_mixture_f32");
  call.set("components", offsets.shape[0]).set("full", whitening.shape[1] != spec.features ? 1 : 0);
  call.constant("means", elements<float>(ops::input(graph, node, 1)));
  call.constant("whitening", elements<float>(whitening)).constant("offsets", elements<float>(offsets));
  const std::int64_t row = whitening.elements() * 8 + std::int64_t{offsets.shape[0]} * 120 + 100;
  return call.cost(portable_on(target, spec.rows * row), 1500).take();
}

template <DType type>
bool applies(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, type);
}

template <typename T, auto lower_as>
KernelCall named(const Graph& graph, const Node& node, const Target& target) {
  const std::string_view suffix = std::is_same_v<T, float> ? "_f32" : sizeof(T) == 1 ? "_s8" : "_s16";
  return lower_as(graph, node, target, std::string(node.op->name) + std::string(suffix));
}

}  // namespace

#define MOTE_DISTANCE_KERNEL(op, suffix, T, type, lower_as) \
  const KernelDef op##_##suffix = {#op "_" #suffix, &ops::op, #op "_" #suffix ".c", applies<type>, named<T, lower_as>}

MOTE_DISTANCE_KERNEL(centre_distance, s8, std::int8_t, DType::i8, lower_centres<std::int8_t>);
MOTE_DISTANCE_KERNEL(centre_distance, s16, std::int16_t, DType::i16, lower_centres<std::int16_t>);
MOTE_DISTANCE_KERNEL(centre_distance, f32, float, DType::f32, lower_centres<float>);
MOTE_DISTANCE_KERNEL(neighbour_votes, s8, std::int8_t, DType::i8, lower_neighbours<std::int8_t>);
MOTE_DISTANCE_KERNEL(neighbour_votes, s16, std::int16_t, DType::i16, lower_neighbours<std::int16_t>);
MOTE_DISTANCE_KERNEL(neighbour_votes, f32, float, DType::f32, lower_neighbours<float>);
MOTE_DISTANCE_KERNEL(gaussian_mixture, s8, std::int8_t, DType::i8, lower_mixture);
MOTE_DISTANCE_KERNEL(gaussian_mixture, s16, std::int16_t, DType::i16, lower_mixture);
const KernelDef gaussian_mixture_f32 = {"gaussian_mixture_f32", &ops::gaussian_mixture, "gaussian_mixture_f32.c",
                                        applies<DType::f32>, lower_mixture_f32};

#undef MOTE_DISTANCE_KERNEL

}  // namespace mote::kernels
