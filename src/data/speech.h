// Spoken words from a synthesiser: espeak-ng (a Debian package), run as a program, with many voices, pitches and paces.
// Where it stands: prepare_task adds what it speaks to the training part, never to validation or test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace mote {

/// [speech] of a project.
struct SpeechSpec {
  std::vector<std::string> words{};          ///< "class=words to say"; empty: no synthetic speech
  std::vector<std::string> voices{};         ///< of `espeak-ng --voices`: "en-us"
  std::vector<std::string> variants{};       ///< of its voices/!v: "f3"; empty: none
  std::int32_t count = 100;                  ///< utterances a class
  std::vector<std::int32_t> pitch{20, 80};   ///< lowest and highest, 0..99
  std::vector<std::int32_t> pace{120, 220};  ///< words a minute
  std::uint64_t seed = 1;
  std::filesystem::path
      keep{};  ///< folder where recordings stay for the next call; empty: none. No setting of a project
};

/// Is espeak-ng installed?
bool can_speak();

/// `count` utterances of each class of `classes` at `rate_hz`, trimmed to where there is sound, peaks at 0.5; group
/// "espeak-ng". The same spec gives the same samples where espeak-ng is of the same version. BadInput: a class without
/// a word, a voice that espeak-ng does not know.
Result<std::vector<Sample>> speak(const SpeechSpec& spec, const std::vector<std::string>& classes, double rate_hz);

/// Windowed-sinc change of rate, low-pass included.
std::vector<float> resample(const std::vector<float>& values, double from_hz, double to_hz);

}  // namespace mote
