// Sound files by libsndfile. See format.h.
#include <fmt/format.h>
#include <sndfile.h>

#include <memory>

#include "data/format.h"

namespace mote {

Result<FileContents> read_audio(const std::filesystem::path& file) {
  constexpr sf_count_t kMostValues = sf_count_t{1} << 28;  // 1 GiB of floats: more than any recording of a sensor
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> sound(sf_open(file.c_str(), SFM_READ, &info), sf_close);
  if (sound == nullptr)
    return bad_input(fmt::format("cannot be read as sound ({})", sf_strerror(nullptr)), file.string());
  if (info.frames <= 0 || info.channels <= 0 || info.frames > kMostValues / info.channels)
    return bad_input(fmt::format("holds {} frames of {} channels", info.frames, info.channels), file.string());
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
