// See npy.h. The header is a Python dictionary literal; only the three known keys in their plain form are understood.
#include "base/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

namespace mote {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxDimensions = 16;

struct TypeFacts {
  std::string_view name;
  std::string_view descr;
  std::int64_t bytes;
};
constexpr std::array<TypeFacts, 8> kTypes = {{{"float32", "<f4", 4},
                                              {"float64", "<f8", 8},
                                              {"int8", "|i1", 1},
                                              {"int16", "<i2", 2},
                                              {"int32", "<i4", 4},
                                              {"int64", "<i8", 8},
                                              {"uint8", "|u1", 1},
                                              {"bool", "|b1", 1}}};

const TypeFacts& facts(NpyType type) { return kTypes[static_cast<std::size_t>(type)]; }

/// A cursor over the header's text.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : text_(text) {}

  bool take(char c) {
    skip_spaces();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    skip_spaces();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  /// A string without escapes, in either kind of quotes.
  std::optional<std::string_view> quoted() {
    skip_spaces();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return std::nullopt;
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return inside;
  }
  std::optional<std::int64_t> number() {
    skip_spaces();
    std::int64_t value = 0;
    const auto [end, ec] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (ec != std::errc{}) return std::nullopt;
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }
  bool at_end() {
    skip_spaces();
    return at_ == text_.size();
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

struct Header {
  std::optional<std::string_view> descr;
  std::optional<bool> fortran;
  std::optional<std::vector<std::int64_t>> shape;
};

std::optional<std::vector<std::int64_t>> read_shape(HeaderReader& reader) {
  if (!reader.take('(')) return std::nullopt;
  std::vector<std::int64_t> shape;
  while (!reader.take(')')) {
    const auto dim = reader.number();
    if (!dim || *dim < 0) return std::nullopt;
    shape.push_back(*dim);
    if (!reader.take(',')) {
      if (shape.size() < 2 || !reader.take(')')) return std::nullopt;  // (3) is a number, not a shape
      break;
    }
  }
  return shape;
}

bool read_entry(HeaderReader& reader, Header& header) {
  const auto key = reader.quoted();
  if (!key || !reader.take(':')) return false;
  if (*key == "descr" && !header.descr) {
    header.descr = reader.quoted();
    return header.descr.has_value();
  }
  if (*key == "fortran_order" && !header.fortran) {
    if (reader.take_word("True")) header.fortran = true;
    if (reader.take_word("False")) header.fortran = false;
    return header.fortran.has_value();
  }
  if (*key == "shape" && !header.shape) {
    header.shape = read_shape(reader);
    return header.shape.has_value();
  }
  return false;
}

Result<Header> read_header(std::string_view text) {
  HeaderReader reader(text);
  Header header;
  const Error broken = bad_input("has a broken .npy header; save it with numpy.save");
  if (!reader.take('{')) return broken;
  while (!reader.take('}')) {
    if (!read_entry(reader, header)) return broken;
    if (!reader.take(',')) {
      if (!reader.take('}')) return broken;
      break;
    }
  }
  if (!reader.at_end() || !header.descr || !header.fortran || !header.shape) return broken;
  return header;
}

Result<NpyType> parse_descr(std::string_view descr) {
  const bool byte_sized = descr.size() == 3 && descr[2] == '1';
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (descr == kTypes[i].descr) return static_cast<NpyType>(i);
    if (byte_sized && kTypes[i].bytes == 1 && descr[1] == kTypes[i].descr[1] &&
        (descr[0] == '<' || descr[0] == '>' || descr[0] == '='))
      return static_cast<NpyType>(i);
  }
  if (descr.starts_with('>'))
    return unsupported("holds big-endian values; save it with array.astype(\"<f4\") or the like");
  std::string shown(descr.substr(0, 20));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return unsupported(fmt::format(
      "holds elements of type {}; Mote reads float32, float64, int8, int16, int32, int64, uint8, bool", shown));
}

Result<std::int64_t> checked_bytes(const std::vector<std::int64_t>& shape, std::int64_t element_bytes) {
  std::int64_t bytes = element_bytes;
  for (const std::int64_t dim : shape) {
    if (dim != 0 && bytes > std::numeric_limits<std::int64_t>::max() / dim)
      return bad_input("has a shape whose product overflows");
    bytes *= dim;
  }
  return bytes;
}

}  // namespace

std::string_view npy_type_name(NpyType type) { return facts(type).name; }
std::int64_t npy_type_bytes(NpyType type) { return facts(type).bytes; }

std::int64_t NpyArray::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t dim : shape) count *= dim;
  return count;
}

Result<NpyArray> parse_npy(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kMagic)) return bad_input("is not an .npy file");
  if (bytes.size() < 10) return bad_input("is a truncated .npy file");
  const int version = bytes[6];
  if (version < 1 || version > 3 || bytes[7] != 0)
    return unsupported(fmt::format("is .npy version {}.{}; versions 1.0 to 3.0 are known", version, bytes[7]));
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  if (bytes.size() < 8 + length_bytes) return bad_input("is a truncated .npy file");
  std::size_t header_bytes = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) header_bytes |= static_cast<std::size_t>(bytes[8 + i]) << (8 * i);
  const std::size_t start = 8 + length_bytes;
  if (header_bytes > bytes.size() - start) return bad_input("is a truncated .npy file");

  MOTE_TRY(Header header, read_header(text.substr(start, header_bytes)));
  NpyArray array;
  MOTE_TRY(array.type, parse_descr(*header.descr));
  if (*header.fortran && header.shape->size() > 1)
    return unsupported("is in Fortran order; save it with numpy.save(path, numpy.ascontiguousarray(array))");
  if (header.shape->size() > kMaxDimensions)
    return unsupported(fmt::format("has {} dimensions; at most {}", header.shape->size(), kMaxDimensions));
  array.shape = std::move(*header.shape);
  MOTE_TRY(const std::int64_t wanted, checked_bytes(array.shape, npy_type_bytes(array.type)));
  const auto data = bytes.subspan(start + header_bytes);
  if (wanted != static_cast<std::int64_t>(data.size()))
    return bad_input(fmt::format("holds {} bytes of data, its shape ({}) of {} needs {}", data.size(),
                                 fmt::join(array.shape, ", "), npy_type_name(array.type), wanted));
  array.data.assign(data.begin(), data.end());
  return array;
}

Bytes encode_npy(const NpyArray& array) {
  MOTE_CHECK(array.elements() * npy_type_bytes(array.type) == static_cast<std::int64_t>(array.data.size()));
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", facts(array.type).descr,
                  fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
  // NumPy aligns the data to 64 bytes and closes the header with a newline. At most 16 dimensions: version 1.0
  // suffices.
  const std::size_t before = kMagic.size() + 4;
  header.append((64 - (before + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  MOTE_CHECK(header.size() <= 0xFFFF);
  std::string start(kMagic);
  start += '\x01';
  start += '\0';
  start += static_cast<char>(header.size() & 0xFF);
  start += static_cast<char>(header.size() >> 8);
  start += header;
  Bytes out(start.size() + array.data.size());
  std::copy(start.begin(), start.end(), out.begin());
  std::copy(array.data.begin(), array.data.end(), out.begin() + static_cast<std::ptrdiff_t>(start.size()));
  return out;
}

Result<NpyArray> read_npy(const std::filesystem::path& path) {
  MOTE_TRY(const Bytes bytes, read_file(path));
  auto array = parse_npy(bytes);
  if (!array) return std::move(array).error().at(path.string());
  return array;
}

Result<void> write_npy(const std::filesystem::path& path, const NpyArray& array) {
  return write_file(path, encode_npy(array));
}

}  // namespace mote
