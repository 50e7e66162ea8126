// Scalars in the form that TensorBoard reads: TFRecord framing (lengths and data under masked CRC-32C) around Event
// messages of protobuf, of which the few fields that scalars need are written by hand. Where it stands: private to
// src/train; training_log writes through it. Format: TensorFlow's record_writer.h and event.proto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mote {

/// CRC-32 with Castagnoli's polynomial (RFC 3720, B.4).
std::uint32_t crc32c(std::string_view bytes);

/// What an event file begins with.
std::string event_file_header();
/// One record: a number at a step. `seconds` is the event's time.
std::string scalar_event(std::string_view tag, std::int64_t step, float value, double seconds);

}  // namespace mote
