// See graph_file.h.
#include "ir/graph_file.h"

#include <fmt/format.h>

#include "base/npz.h"

namespace mote {
namespace fs = std::filesystem;
namespace {

NpyType to_npy(DType type) {
  switch (type) {
    case DType::f32:
      return NpyType::f32;
    case DType::i8:
      return NpyType::i8;
    case DType::i16:
      return NpyType::i16;
    case DType::i32:
      return NpyType::i32;
    case DType::i64:
      return NpyType::i64;
    case DType::boolean:
      return NpyType::boolean;
    case DType::u8:
    case DType::i4:
      break;  // packed i4 is stored as u8 (text.h)
  }
  return NpyType::u8;
}

Result<DType> from_npy(NpyType type) {
  switch (type) {
    case NpyType::f32:
      return DType::f32;
    case NpyType::i8:
      return DType::i8;
    case NpyType::i16:
      return DType::i16;
    case NpyType::i32:
      return DType::i32;
    case NpyType::i64:
      return DType::i64;
    case NpyType::u8:
      return DType::u8;
    case NpyType::boolean:
      return DType::boolean;
    case NpyType::f64:
      break;
  }
  return bad_input(fmt::format("has type {}, which no tensor has", npy_type_name(type)));
}

fs::path sidecar_path(const fs::path& path) { return fs::path(path).replace_extension(".npz"); }

}  // namespace

Result<void> save_graph(const Graph& graph, const fs::path& path) {
  ConstantStore store;
  const std::string text = to_text(graph, &store);
  NpzArrays arrays;
  for (const auto& [key, constant] : store)
    arrays[key] = NpyArray{to_npy(constant.type), {constant.shape.begin(), constant.shape.end()}, *constant.data};
  std::error_code ec;
  if (arrays.empty()) {
    fs::remove(sidecar_path(path), ec);
  } else {
    MOTE_TRY(const Bytes bytes, encode_npz(arrays));
    MOTE_TRY_VOID(write_file(sidecar_path(path), bytes));
  }
  return write_text(path, text);
}

Result<Graph> load_graph(const fs::path& path, OpLookup find_op) {
  MOTE_TRY(const std::string text, read_text(path));
  ConstantStore store;
  const fs::path beside = sidecar_path(path);
  std::error_code ec;
  if (fs::exists(beside, ec)) {
    MOTE_TRY(const Bytes bytes, read_file(beside));
    auto parsed = parse_npz(bytes);
    if (!parsed) return std::move(parsed).error().at(beside.string());
    NpzArrays arrays = std::move(parsed).value();
    for (auto& [key, array] : arrays) {
      auto type = from_npy(array.type);
      if (!type) return std::move(type).error().at(fmt::format("{}: \"{}\"", beside.string(), key));
      Shape shape;
      for (const std::int64_t dim : array.shape) {
        if (dim < 1 || dim > INT32_MAX)
          return bad_input(fmt::format("\"{}\" has a dimension of {}", key, dim), beside.string());
        shape.push_back(static_cast<std::int32_t>(dim));
      }
      store[key] = StoredConstant{*type, std::move(shape), std::make_shared<const Bytes>(std::move(array.data))};
    }
  }
  return parse_graph(text, store, find_op, path.filename().string());
}

}  // namespace mote
