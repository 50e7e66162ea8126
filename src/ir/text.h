// The text form of a Graph, `.mir`: human-readable, canonical, exact. docs/ir.md describes it line by line.
// Where it stands: between any two arrows of the house; `--dump-dir`, `--stop-after` and golden tests are made of it.
// Small constants stand in the text; large ones go to a ConstantStore, which graph_file.h keeps in a sidecar `.npz`.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ir/op_def.h"

namespace mote {

inline constexpr int kTextFormVersion = 1;
/// Constants of more elements than this go to the sidecar, if there is one.
inline constexpr std::int64_t kInlineElements = 16;

/// A constant outside the text. i4 constants are stored as their packed bytes: type u8, shape [bytes].
struct StoredConstant {
  DType type = DType::f32;
  Shape shape;
  std::shared_ptr<const Bytes> data;
};
/// By key: an identifier made from the tensor's name, unique in the store.
using ConstantStore = std::map<std::string, StoredConstant>;

/// Prints the graph; large constants are added to `sidecar`, or printed in full if that is null. The same graph gives
/// the same text, and parse_graph gives the same graph back, bit for bit (the unused half of an odd last byte of i4
/// becomes 0).
std::string to_text(const Graph& graph, ConstantStore* sidecar);

/// Reads the text form and verifies the graph. Errors are BadInput (Unsupported from the verifier), placed "file:line".
Result<Graph> parse_graph(std::string_view text, const ConstantStore& sidecar, OpLookup find_op,
                          std::string_view file = "graph");

}  // namespace mote
