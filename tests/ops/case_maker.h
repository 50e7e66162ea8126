// Building one-node graphs with full-range data for the case list. See cases.h.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "tests/ops/cases.h"
#include "tests/passes/random_graph.h"

namespace mote::testing {

struct QuantParams {
  float scale = 0.05F;
  std::int32_t zero_point = 0;
};

class CaseMaker {
 public:
  CaseMaker(std::string name, const OpDef& op, std::uint64_t seed);

  /// An activation input with random data: int8 and int16 over the whole range, both ends included; floats in
  /// [-4, 4).
  CaseMaker& input(DType type, const Shape& shape, QuantParams quant = {});
  /// A constant input.
  CaseMaker& weights_f32(const Shape& shape, float low, float high);
  CaseMaker& weights_s8(const Shape& shape, const std::vector<float>& scales, std::int32_t axis);
  CaseMaker& bias_s32(std::int32_t count, std::int32_t magnitude);
  /// A constant as it is; quantised if `quant` says so.
  template <typename T>
  CaseMaker& table(DType type, const Shape& shape, const std::vector<T>& values, Quantization quant = {}) {
    const std::string name = "table" + std::to_string(case_.graph.nodes[0].inputs.size());
    case_.graph.nodes[0].inputs.push_back(case_.graph.add({name, type, shape, std::move(quant), make_data(values)}));
    return *this;
  }
  /// The bytes of the first input, for tables that are to meet them.
  const Bytes& input_bytes() const { return case_.inputs[0]; }
  CaseMaker& absent();
  CaseMaker& attr(std::string_view name, AttrValue value);
  CaseMaker& output_quant(QuantParams quant);
  DType type() const { return case_.graph.tensors[0].type; }

  /// Infers the output, verifies the graph (a bad case is a failed check, not a skipped one).
  OpCase make(DType output_type);
  OpCase make() { return make(type()); }

 private:
  Random random_;
  OpCase case_;
  Tensor output_;
};

/// Scales of weights that differ by powers of two, one a channel or one for all.
std::vector<float> weight_scales(bool per_channel, std::int32_t channels);
/// An output scale at which `taps` products of full-range values fill about half the int8 range.
float fitting_scale(float in_scale, std::int32_t taps);

}  // namespace mote::testing
