// Random changes to waveforms: other rooms, microphones, distances and paces for the same words. Where it stands: part
// of Augmentation; batches.cpp applies it to an example's samples before normalisation, on the loader's thread.
#pragma once

#include <span>
#include <vector>

#include "data/random.h"

namespace mote {

struct SoundAugmentation {
  double speed = 0;                    ///< runs up to this fraction faster or slower, pitch included
  double gain_db = 0;                  ///< up to this much louder or softer
  std::vector<double> noise_snr_db{};  ///< noise from white to brown at a ratio between these two; empty: none
  double tilt = 0;                     ///< one-tap filter x[n] - a x[n - 1] with |a| up to this: a microphone's colour

  bool any() const { return speed > 0 || gain_db > 0 || !noise_snr_db.empty() || tilt > 0; }
};

/// `values` are the samples of one channel, in -1..1 or what the sensor gives; the ratio of noise is to their own
/// power.
void augment_sound(const SoundAugmentation& augmentation, Random& random, std::span<float> values);

}  // namespace mote
