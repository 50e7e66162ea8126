// The event file read back byte by byte by a parser of its own, and the lines.
#include "train/training_log.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/files.h"
#include "train/event_file.h"

namespace mote {
namespace {

/// CRC-32C a bit at a time.
std::uint32_t slow_crc(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1 ^ 0x82F63B78U : crc >> 1;
  }
  return ~crc;
}

template <typename T>
T take(std::string_view& bytes) {
  T value{};
  if (bytes.size() < sizeof value) throw std::runtime_error("the file ends too early");
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = take<unsigned char>(bytes);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
  }
}

/// Fields of a protobuf message by number, their values as bytes.
std::map<std::uint64_t, std::string> fields(std::string_view message) {
  std::map<std::uint64_t, std::string> found;
  while (!message.empty()) {
    const std::uint64_t key = take_varint(message);
    std::size_t length = 0;
    if ((key & 7U) == 0) {
      found[key >> 3] = std::to_string(take_varint(message));
      continue;
    }
    length = (key & 7U) == 1 ? 8 : (key & 7U) == 5 ? 4 : static_cast<std::size_t>(take_varint(message));
    found[key >> 3] = std::string(message.substr(0, length));
    message.remove_prefix(length);
  }
  return found;
}

std::vector<std::string> records(std::string_view file) {
  const auto unmask = [](std::uint32_t masked) {
    const std::uint32_t rotated = masked - 0xA282EAD8U;
    return rotated >> 17 | rotated << 15;
  };
  std::vector<std::string> found;
  while (!file.empty()) {
    const std::string_view length_bytes = file.substr(0, 8);
    const auto length = take<std::uint64_t>(file);
    EXPECT_EQ(unmask(take<std::uint32_t>(file)), slow_crc(length_bytes));
    found.emplace_back(file.substr(0, length));
    file.remove_prefix(length);
    EXPECT_EQ(unmask(take<std::uint32_t>(file)), slow_crc(found.back()));
  }
  return found;
}

TEST(EventFile, ChecksumOfTheStandard) { EXPECT_EQ(crc32c("123456789"), 0xE3069283U); }

TEST(TrainingLog, WritesLinesAndEventsAtOnce) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  auto log = TrainingLog::create(folder->path() / "live.jsonl", folder->path() / "events");
  ASSERT_TRUE(log.ok());
  log->add("train", {1, 0.5, 2.0, 0.25, 1.5, 0.75}, 12);
  log->add("quantise", {300, 0.5, 1.0, 0.5, 1.25, 0.875}, 13);

  const std::string lines = *read_text(folder->path() / "live.jsonl");
  const auto first = nlohmann::json::parse(lines.substr(0, lines.find('\n')));
  EXPECT_EQ(first["phase"], "train");
  EXPECT_EQ(first["validation_accuracy"], 0.75);

  const auto events = records(*read_text(folder->path() / "events/events.out.tfevents.0.mote"));
  ASSERT_EQ(events.size(), 1U + 2 * 5);
  EXPECT_EQ(fields(events[0])[3], "brain.Event:2");
  auto last = fields(events.back());
  EXPECT_EQ(last[2], "300");
  double seconds = 0;
  std::memcpy(&seconds, last[1].data(), sizeof seconds);
  EXPECT_EQ(seconds, 13);
  auto value = fields(fields(last[5])[1]);
  EXPECT_EQ(value[1], "quantise/validation_accuracy");
  float number = 0;
  std::memcpy(&number, value[2].data(), sizeof number);
  EXPECT_EQ(number, 0.875F);
}

TEST(TrainingLog, APlaceThatCannotBeWrittenIsSaidAtOnce) {
  const auto log = TrainingLog::create("/dev/null/live.jsonl", {});
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().to_string(), "/dev/null/live.jsonl: cannot be written");
}

}  // namespace
}  // namespace mote
