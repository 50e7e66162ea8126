// See event_file.h.
#include "train/event_file.h"

#include <array>
#include <cstring>

namespace mote {
namespace {

template <typename T>
void put_raw(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);  // little-endian, as every machine that Mote is built for
  out.append(bytes, sizeof value);
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

// A field's key: its number and how its value is written (0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes).
void put_key(std::string& out, unsigned field, unsigned kind) { put_varint(out, field << 3 | kind); }

void put_bytes(std::string& out, unsigned field, std::string_view bytes) {
  put_key(out, field, 2);
  put_varint(out, bytes.size());
  out += bytes;
}

std::uint32_t masked(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xA282EAD8U;
}

std::string record(const std::string& event) {
  std::string length;
  put_raw(length, static_cast<std::uint64_t>(event.size()));
  std::string out = length;
  put_raw(out, masked(length));
  out += event;
  put_raw(out, masked(event));
  return out;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> values{};
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      std::uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
      values[i] = crc;
    }
    return values;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  return ~crc;
}

std::string event_file_header() {
  std::string event;
  put_key(event, 1, 1);  // wall_time
  put_raw(event, 0.0);
  put_bytes(event, 3, "brain.Event:2");  // file_version
  return record(event);
}

std::string scalar_event(std::string_view tag, std::int64_t step, float value, double seconds) {
  std::string entry;  // Summary.Value: tag, simple_value
  put_bytes(entry, 1, tag);
  put_key(entry, 2, 5);
  put_raw(entry, value);
  std::string summary;
  put_bytes(summary, 1, entry);
  std::string event;
  put_key(event, 1, 1);
  put_raw(event, seconds);
  put_key(event, 2, 0);  // step
  put_varint(event, static_cast<std::uint64_t>(step));
  put_bytes(event, 5, summary);
  return record(event);
}

}  // namespace mote
