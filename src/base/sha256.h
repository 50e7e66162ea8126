// SHA-256 (FIPS 180-4), to name models and constants by their content in plans, reports and emitted files.
// Where it stands: base. Not for secrets: it is neither constant-time nor fast.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace mote {

/// The 32-byte digest.
std::array<std::uint8_t, 32> sha256(std::span<const std::uint8_t> bytes);
/// The digest as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::uint8_t> bytes);

}  // namespace mote
