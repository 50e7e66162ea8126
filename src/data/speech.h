// Spoken words from synthesisers: espeak-ng (formants: many voices, none like a person) and Flite (four voices cut from
// recordings), both Debian packages, run as programs at many pitches and paces.
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
  std::vector<std::string> voices{};         ///< of `espeak-ng --voices`: "en-us"; of `flite -lv`: "flite/slt"
  std::vector<std::string> variants{};       ///< of espeak-ng's voices/!v: "f3"; empty: none
  std::int32_t count = 100;                  ///< utterances a class
  std::vector<std::int32_t> pitch{20, 80};   ///< lowest and highest, 0..99
  std::vector<std::int32_t> pace{120, 220};  ///< words a minute
  std::uint64_t seed = 1;
  std::filesystem::path
      keep{};  ///< folder where recordings stay for the next call; empty: none. No setting of a project
};

/// The program that has the voice: "espeak-ng" or "flite".
std::string synthesiser_of(const std::string& voice);
/// Is it installed?
bool can_speak(const std::string& voice);

/// `count` utterances of each class of `classes` at `rate_hz`, trimmed to where there is sound, peaks at 0.5; group
/// "synthetic". The same spec gives the same samples where the synthesisers are of the same version. BadInput: a class
/// without a word, a voice that its synthesiser does not know or that is not installed.
Result<std::vector<Sample>> speak(const SpeechSpec& spec, const std::vector<std::string>& classes, double rate_hz);

/// Windowed-sinc change of rate, low-pass included.
std::vector<float> resample(const std::vector<float>& values, double from_hz, double to_hz);

}  // namespace mote
