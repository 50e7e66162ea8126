// NumPy's .npy files: how tensors enter and leave Mote (`--input X.npy`, golden outputs, large constants).
// Where it stands: base; knows nothing of the IR. Format: numpy/doc "NEP 1", versions 1.0, 2.0 and 3.0; little-endian,
// C order. Same array in, same bytes out, equal to what numpy.save writes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace mote {

/// Element types that are read and written: '<f4', '<f8', '|i1', '<i2', '<i4', '<i8', '|u1', '|b1'.
enum class NpyType : std::uint8_t { f32, f64, i8, i16, i32, i64, u8, boolean };

/// "float32", "int8", ...: NumPy's own names, for messages.
std::string_view npy_type_name(NpyType type);
/// Bytes of one element.
std::int64_t npy_type_bytes(NpyType type);

/// A dense array. In a parsed one every dimension is >= 0 and `data` holds exactly the product of the dimensions.
struct NpyArray {
  NpyType type = NpyType::f32;
  std::vector<std::int64_t> shape;  ///< outermost first; empty: a scalar
  Bytes data;                       ///< little-endian elements in row-major order

  /// Product of the dimensions.
  std::int64_t elements() const;
  /// The elements as T; programmer's error if T's size is not that of the type.
  template <typename T>
  std::span<const T> as() const {
    MOTE_CHECK(static_cast<std::int64_t>(sizeof(T)) == npy_type_bytes(type));
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
  bool operator==(const NpyArray&) const = default;
};

/// BadInput: not an .npy file, truncated, trailing bytes. Unsupported: Fortran order, big-endian, other element types,
/// more than 16 dimensions.
Result<NpyArray> parse_npy(std::span<const std::uint8_t> bytes);
/// Programmer's error if data and shape disagree.
Bytes encode_npy(const NpyArray& array);

/// As above, errors naming the file.
Result<NpyArray> read_npy(const std::filesystem::path& path);
Result<void> write_npy(const std::filesystem::path& path, const NpyArray& array);

}  // namespace mote
