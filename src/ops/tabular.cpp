// See tabular.h.
#include "ops/tabular.h"

#include <fmt/format.h>

#include "ops/operands.h"

namespace mote::ops {

RowSpec row_spec(const Tensor& x) { return {x.shape[0], static_cast<std::int32_t>(x.elements() / x.shape[0])}; }

Result<RowSpec> want_rows(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& out = output(graph, node);
  if (x.shape.size() < 2) return bad_input("its features must be [N, features]");
  MOTE_TRY_VOID(want_activation(x, "input"));
  MOTE_TRY_VOID(want_per_tensor(x, "input"));
  MOTE_TRY_VOID(want_type(out, x.type == DType::f32 ? DType::f32 : DType::i16, "output"));
  MOTE_TRY_VOID(want_per_tensor(out, "output"));
  const RowSpec spec = row_spec(x);
  if (spec.features > 32768) return unsupported(fmt::format("{} features; 32768 are supported", spec.features));
  return spec;
}

Result<const Tensor*> want_table(const Graph& graph, const Node& node, std::size_t i, DType type, std::size_t rank,
                                 std::string_view what) {
  const Tensor& table = input(graph, node, i);
  MOTE_TRY_VOID(want_type(table, type, what));
  MOTE_TRY_VOID(want_rank(table, rank, what));
  if (!table.is_constant()) return unsupported(fmt::format("{} \"{}\" must be constant", what, table.name));
  return &table;
}

QuantizedMultiplier distance_multiplier(const Tensor& x, const Tensor& out) {
  return quantize_multiplier(static_cast<double>(scale_of(x)) / (1 << kRootBits) / static_cast<double>(scale_of(out)));
}

}  // namespace mote::ops
