// One list of cases for every operator: tests/ops checks the references with it, tests/kernels the device kernels
// against the references. A case is a verified graph of one node with its input bytes; new shapes are one line in
// cases.cpp's tables.
#pragma once

#include <string>
#include <vector>

#include "ir/graph.h"

namespace mote::testing {

struct OpCase {
  std::string name;           ///< "conv2d_s8_3x3_stride2": letters, digits, underscores; unique
  Graph graph;                ///< one node, verified
  std::vector<Bytes> inputs;  ///< of graph.inputs
};

/// The written-down cases: edges first (zero points at both ends, saturation, asymmetric pads, ...).
const std::vector<OpCase>& op_cases();

/// Cases of the operators on signals and features (signal_cases.cpp), which op_cases() includes.
std::vector<OpCase> signal_cases();
/// Likewise of concat, slice, delay_line and squared_error (joining_cases.cpp).
std::vector<OpCase> joining_cases();
/// Likewise of the operators on rows of features (tabular_cases.cpp).
std::vector<OpCase> tabular_cases();

/// Likewise of gru (gru_cases.cpp).
std::vector<OpCase> gru_cases();
/// Likewise of transpose_conv (transpose_conv_cases.cpp).
std::vector<OpCase> transpose_conv_cases();

/// Random shapes and parameters of every operator, the same for the same seed.
OpCase random_case(std::uint64_t seed);

/// The bytes of the node's output by the reference.
Bytes run_reference(const OpCase& test);

}  // namespace mote::testing
