// See npz.h. Reading goes by the central directory at the archive's end, as the format demands; local headers only tell
// where an entry's bytes begin.
#include "base/npz.h"

#include <fmt/format.h>

#include <array>

namespace mote {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::uint16_t kDate = 33;  // 1 January 1980: zip's zero

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const std::uint8_t b : bytes) crc = kCrcTable[(crc ^ b) & 0xFFU] ^ (crc >> 8);
  return ~crc;
}

/// Little-endian fields; the caller has checked that they lie inside.
std::uint32_t get(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint32_t>(bytes[at + i]) << (8 * i);
  return value;
}
void put(Bytes& out, std::uint32_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// The 26 bytes that local and central headers share, from "version needed" on.
void put_common(Bytes& out, std::uint32_t crc, std::size_t size, std::size_t name_bytes) {
  put(out, 20, 2);  // version needed: 2.0
  put(out, 0, 2);   // flags
  put(out, 0, 2);   // method: stored
  put(out, 0, 2);   // time
  put(out, kDate, 2);
  put(out, crc, 4);
  put(out, static_cast<std::uint32_t>(size), 4);
  put(out, static_cast<std::uint32_t>(size), 4);
  put(out, static_cast<std::uint32_t>(name_bytes), 2);
  put(out, 0, 2);  // extra field
}

/// The end record stands last, followed by at most 64 KiB of comment.
Result<std::size_t> find_end(std::span<const std::uint8_t> bytes) {
  if (bytes.size() >= kEndBytes) {
    for (std::size_t back = 0; back <= 0xFFFF && back + kEndBytes <= bytes.size(); ++back) {
      const std::size_t at = bytes.size() - kEndBytes - back;
      if (get(bytes, at, 4) == kEnd && get(bytes, at + 20, 2) == back) return at;
    }
  }
  return bad_input("is not an .npz file, or is truncated");
}

/// The bytes of the entry whose central header starts at `at`.
Result<std::span<const std::uint8_t>> entry_bytes(std::span<const std::uint8_t> bytes, std::size_t at) {
  if ((get(bytes, at + 8, 2) & 1U) != 0) return unsupported("is encrypted");
  if (get(bytes, at + 10, 2) != 0) return unsupported("is compressed; save it with numpy.savez, not savez_compressed");
  const std::size_t size = get(bytes, at + 20, 4);
  const std::size_t local = get(bytes, at + 42, 4);
  const Error outside = bad_input("lies outside the file");
  if (local > bytes.size() || bytes.size() - local < kLocalBytes) return outside;
  if (get(bytes, local, 4) != kLocalHeader) return bad_input("has no header where the directory says");
  const std::size_t start = local + kLocalBytes + get(bytes, local + 26, 2) + get(bytes, local + 28, 2);
  if (start > bytes.size() || bytes.size() - start < size) return outside;
  const auto content = bytes.subspan(start, size);
  if (crc32(content) != get(bytes, at + 16, 4)) return bad_input("has a wrong checksum; the file is damaged");
  return content;
}

}  // namespace

Result<NpzArrays> parse_npz(std::span<const std::uint8_t> bytes) {
  MOTE_TRY(const std::size_t end, find_end(bytes));
  const std::uint32_t count = get(bytes, end + 10, 2);
  if (get(bytes, end + 4, 2) != 0 || get(bytes, end + 8, 2) != count)
    return unsupported("is a zip archive in several parts");
  std::size_t at = get(bytes, end + 16, 4);
  NpzArrays arrays;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (at > end || end - at < kCentralBytes || get(bytes, at, 4) != kCentralHeader)
      return bad_input("has a broken zip directory");
    const std::size_t name_bytes = get(bytes, at + 28, 2);
    const std::size_t entry_size = kCentralBytes + name_bytes + get(bytes, at + 30, 2) + get(bytes, at + 32, 2);
    if (entry_size > end - at) return bad_input("has a broken zip directory");
    std::string name(reinterpret_cast<const char*>(bytes.data()) + at + kCentralBytes, name_bytes);
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    for (const char c : name)
      if (c < ' ' || c > '~') return bad_input("has an entry whose name is not plain ASCII");
    const std::string place = fmt::format("entry \"{}\"", name);
    auto content = entry_bytes(bytes, at);
    if (!content) return std::move(content).error().at(place);
    auto array = parse_npy(*content);
    if (!array) return std::move(array).error().at(place);
    if (!arrays.emplace(std::move(name), std::move(array).value()).second) return bad_input("stands twice", place);
    at += entry_size;
  }
  return arrays;
}

Result<Bytes> encode_npz(const NpzArrays& arrays) {
  const Error too_large = bad_input("arrays exceed what an .npz file can hold (4 GiB, 65534 arrays)");
  if (arrays.size() > 0xFFFE) return too_large;
  Bytes out;
  Bytes directory;
  for (const auto& [name, array] : arrays) {
    const Bytes content = encode_npy(array);
    const std::string file = name + ".npy";
    const std::uint32_t crc = crc32(content);
    const std::size_t offset = out.size();
    if (file.size() > 0xFFFF || offset + content.size() + directory.size() > 0xF0000000U) return too_large;
    put(out, kLocalHeader, 4);
    put_common(out, crc, content.size(), file.size());
    out.insert(out.end(), file.begin(), file.end());
    out.insert(out.end(), content.begin(), content.end());
    put(directory, kCentralHeader, 4);
    put(directory, 20, 2);  // version made by
    put_common(directory, crc, content.size(), file.size());
    put(directory, 0, 2);  // comment
    put(directory, 0, 2);  // disk
    put(directory, 0, 2);  // internal attributes
    put(directory, 0, 4);  // external attributes
    put(directory, static_cast<std::uint32_t>(offset), 4);
    directory.insert(directory.end(), file.begin(), file.end());
  }
  const std::size_t start = out.size();
  out.insert(out.end(), directory.begin(), directory.end());
  const auto count = static_cast<std::uint32_t>(arrays.size());
  put(out, kEnd, 4);
  put(out, 0, 4);  // this disk, the directory's disk
  put(out, count, 2);
  put(out, count, 2);
  put(out, static_cast<std::uint32_t>(directory.size()), 4);
  put(out, static_cast<std::uint32_t>(start), 4);
  put(out, 0, 2);  // comment
  return out;
}

}  // namespace mote
