// Sound files by libsndfile. See format.h.
#include <fmt/format.h>
#include <sndfile.h>

#include <array>
#include <cstring>
#include <fstream>
#include <memory>

#include "data/format.h"

namespace mote {
namespace {

/// A WAV file that ends before its header says so: libsndfile takes what is there. Bytes that are missing; 0 for other
/// files, and for the sizes that programs write which do not know them yet.
std::uint64_t missing_bytes(const std::filesystem::path& file) {
  constexpr std::uint32_t kUnknown = 0x7ff00000;
  std::error_code ec;
  const std::uint64_t whole = std::filesystem::file_size(file, ec);
  std::ifstream in(file, std::ios::binary);
  std::array<char, 12> riff{};
  if (ec || !in.read(riff.data(), riff.size()) || std::memcmp(riff.data(), "RIFF", 4) != 0) return 0;
  std::array<unsigned char, 8> head{};
  for (std::uint64_t at = riff.size(); in.read(reinterpret_cast<char*>(head.data()), head.size());) {
    const std::uint32_t size =
        head[4] | std::uint32_t{head[5]} << 8U | std::uint32_t{head[6]} << 16U | std::uint32_t{head[7]} << 24U;
    at += head.size();
    if (std::memcmp(head.data(), "data", 4) == 0) return size < kUnknown && at + size > whole ? at + size - whole : 0;
    at += size + size % 2;
    in.seekg(static_cast<std::streamoff>(at));
  }
  return 0;
}

}  // namespace

Result<FileContents> read_audio(const std::filesystem::path& file) {
  constexpr sf_count_t kMostValues = sf_count_t{1} << 28;  // 1 GiB of floats: more than any recording of a sensor
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> sound(sf_open(file.c_str(), SFM_READ, &info), sf_close);
  if (sound == nullptr)
    return bad_input(fmt::format("cannot be read as sound ({})", sf_strerror(nullptr)), file.string());
  if (info.frames <= 0 || info.channels <= 0 || info.frames > kMostValues / info.channels)
    return bad_input(fmt::format("holds {} frames of {} channels", info.frames, info.channels), file.string());
  if (const std::uint64_t missing = missing_bytes(file); missing > 0)
    return bad_input(fmt::format("ends {} bytes too early; it is damaged", missing), file.string());
  const auto channels = static_cast<std::size_t>(info.channels);
  std::vector<float> all(static_cast<std::size_t>(info.frames) * channels);
  if (sf_readf_float(sound.get(), all.data(), info.frames) != info.frames)
    return bad_input(fmt::format("ends too early ({}); it is damaged", sf_strerror(sound.get())), file.string());
  Sample sample;
  sample.shape = {static_cast<std::int32_t>(info.frames), 1};
  sample.source = file.string();
  sample.values.resize(static_cast<std::size_t>(info.frames));
  for (std::size_t i = 0; i < sample.values.size(); ++i) {
    float sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += all[i * channels + c];
    sample.values[i] = sum / static_cast<float>(channels);
  }
  FileContents contents;
  contents.rate_hz = info.samplerate;
  contents.samples.push_back(std::move(sample));
  return contents;
}

}  // namespace mote
