// See speech.h.
#include "data/speech.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <numeric>
#include <random>
#include <thread>

#include "data/format.h"
#include "data/random.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

/// Runs a program with its output thrown away; its exit status, or -1 if it cannot be started.
int run_quietly(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int started = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (started != 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

/// Cuts what is below 2 % of the peak at both ends and sets the peak to 0.5. Empty: silence.
std::vector<float> trimmed(const std::vector<float>& values) {
  float peak = 0;
  for (const float v : values) peak = std::max(peak, std::fabs(v));
  if (peak <= 0) return {};
  const auto loud = [&](float v) { return std::fabs(v) > 0.02F * peak; };
  const auto first = std::find_if(values.begin(), values.end(), loud);
  const auto last = std::find_if(values.rbegin(), values.rend(), loud).base();
  std::vector<float> kept(first, last);
  for (float& v : kept) v *= 0.5F / peak;
  return kept;
}

/// One utterance of the class, as the random numbers keyed by class and index say.
Result<Sample> utterance(const SpeechSpec& spec, const std::string& text, int label, std::int32_t index, double rate_hz,
                         const fs::path& file) {
  Random random(spec.seed, hash_text(text), index);
  const auto pick = [&](const std::vector<std::string>& list) {
    return list[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(list.size())))];
  };
  const auto between = [&](const std::vector<std::int32_t>& range) {
    return std::to_string(range[0] + random.below(std::int64_t{range[1]} - range[0] + 1));
  };
  std::string voice = pick(spec.voices);
  if (!spec.variants.empty()) voice += "+" + pick(spec.variants);
  const std::string pitch = between(spec.pitch);
  const std::string pace = between(spec.pace);
  fs::path recording = file;
  if (!spec.keep.empty())
    recording = spec.keep / fmt::format("{:016x}.wav", hash_text(fmt::format("{}/{}/{}/{}", voice, pitch, pace, text)));
  std::error_code ec;
  if (spec.keep.empty() || !fs::exists(recording, ec)) {
    if (run_quietly({"espeak-ng", "-v", voice, "-p", pitch, "-s", pace, "-w", file.string(), text}) != 0)
      return bad_input(fmt::format("espeak-ng cannot speak \"{}\" with voice \"{}\"", text, voice), "speech");
    if (!spec.keep.empty()) {
      fs::rename(file, recording, ec);  // whole or not at all: others may be reading
      if (ec) return io_error("cannot be kept: " + ec.message(), recording.string());
    }
  }
  MOTE_TRY(const FileContents contents, read_audio(recording));
  Sample sample;
  sample.values = trimmed(resample(contents.samples[0].values, contents.rate_hz, rate_hz));
  if (sample.values.empty()) return bad_input(fmt::format("espeak-ng says nothing for \"{}\"", text), "speech.words");
  sample.shape = {static_cast<std::int32_t>(sample.values.size()), 1};
  sample.label = label;
  sample.group = "espeak-ng";
  sample.source = fmt::format("espeak-ng -v {} -p {} -s {} \"{}\"", voice, pitch, pace, text);
  return sample;
}

}  // namespace

std::vector<float> resample(const std::vector<float>& values, double from_hz, double to_hz) {
  if (from_hz == to_hz || values.empty()) return values;
  const double cut = std::min(1.0, 0.95 * to_hz / from_hz);  // of the source's half rate
  const double reach = 12 / cut;
  const auto half = static_cast<std::int64_t>(reach) + 1;
  const auto filter = [&](double fraction) {
    std::vector<double> taps;
    for (std::int64_t k = -half; k <= half; ++k) {
      const double x = std::numbers::pi * (static_cast<double>(k) - fraction);
      const double sinc = std::fabs(x) < 1e-9 ? cut : std::sin(cut * x) / x;
      taps.push_back(std::fabs(x) < std::numbers::pi * reach ? sinc * (0.5 + 0.5 * std::cos(x / reach)) : 0);
    }
    return taps;
  };
  // One sample out is from / to samples in. The places between two samples come round again, 160 of them from 22,050 to
  // 8,000 Hz; the sines are what resampling costs, so each place's filter is made once.
  std::int64_t from = std::llround(from_hz * 1000);
  std::int64_t to = std::llround(to_hz * 1000);
  const std::int64_t common = std::gcd(from, to);
  from /= common;
  to /= common;
  const auto count = static_cast<std::int64_t>(values.size());
  const std::int64_t length = count * to / from;
  std::vector<std::vector<double>> filters(static_cast<std::size_t>(std::min(to, length)));
  std::vector<float> out;
  for (std::int64_t i = 0; i < length; ++i) {
    const std::int64_t middle = i * from / to;
    std::vector<double>& taps = filters[static_cast<std::size_t>(i % to)];
    if (taps.empty()) taps = filter(static_cast<double>(i * from % to) / static_cast<double>(to));
    double sum = 0;
    for (std::int64_t k = std::max<std::int64_t>(0, middle - half); k < std::min(count, middle + half + 1); ++k)
      sum +=
          static_cast<double>(values[static_cast<std::size_t>(k)]) * taps[static_cast<std::size_t>(k - middle + half)];
    out.push_back(static_cast<float>(sum));
  }
  return out;
}

bool can_speak() { return run_quietly({"espeak-ng", "--version"}) == 0; }

Result<std::vector<Sample>> speak(const SpeechSpec& spec, const std::vector<std::string>& classes, double rate_hz) {
  std::vector<std::string> texts(classes.size());
  for (const std::string& word : spec.words) {
    const std::size_t equals = word.find('=');
    const auto at = std::find(classes.begin(), classes.end(), word.substr(0, equals));
    if (equals == std::string::npos || equals + 1 == word.size())
      return bad_input(fmt::format("\"{}\" is not of the form class=words", word), "speech.words");
    if (at != classes.end()) texts[static_cast<std::size_t>(at - classes.begin())] = word.substr(equals + 1);
  }
  for (std::size_t c = 0; c < classes.size(); ++c)
    if (texts[c].empty()) return bad_input(fmt::format("has no words for class \"{}\"", classes[c]), "speech.words");

  std::error_code ec;
  const fs::path parent = spec.keep.empty() ? fs::temp_directory_path(ec) : spec.keep;
  const fs::path folder = parent / fmt::format("mote-speech-{}-{:x}", ::getpid(), std::random_device{}());
  fs::create_directories(folder, ec);
  if (ec) return io_error("cannot be made: " + ec.message(), folder.string());
  const std::size_t all = classes.size() * static_cast<std::size_t>(spec.count);
  std::vector<Result<Sample>> made(all, internal_error("was not spoken"));
  std::atomic<std::size_t> next = 0;
  const auto work = [&](int number) {
    const fs::path file = folder / fmt::format("{}.wav", number);
    for (std::size_t i = next++; i < all; i = next++) {
      const std::size_t c = i / static_cast<std::size_t>(spec.count);
      made[i] = utterance(spec, texts[c], static_cast<int>(c),
                          static_cast<std::int32_t>(i % static_cast<std::size_t>(spec.count)), rate_hz, file);
    }
  };
  std::vector<std::thread> threads;  // more than cores: they wait for the program
  for (int t = 0; t < 4; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
  fs::remove_all(folder, ec);
  std::vector<Sample> samples;
  for (auto& one : made) {
    if (!one) return std::move(one).error();
    samples.push_back(std::move(*one));
  }
  return samples;
}

}  // namespace mote
