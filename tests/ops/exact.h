// A second, independent meaning of every operator: real numbers in double precision, gathered index by index from a
// definition (never by the reference's loops). Int8 values are taken as the reals they stand for.
#pragma once

#include <vector>

#include "ir/op_def.h"
#include "tests/ops/cases.h"

namespace mote::testing {

/// The output's real values for real inputs (constants and quantised inputs turned into reals), before any output
/// quantisation but after the fused activation.
std::vector<double> exact_output(const OpCase& test);

/// The operators on signals (exact_signal.cpp): all outputs at once.
bool is_signal_operator(const OpDef& op);
std::vector<double> exact_signal(const Node& node, const Shape& shape, const std::vector<double>& signal);

/// The operators on rows of features (exact_tabular.cpp).
bool is_tabular_operator(const OpDef& op);
std::vector<double> exact_tabular(const OpCase& test);

}  // namespace mote::testing
