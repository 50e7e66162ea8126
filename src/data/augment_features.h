// Random changes to spectrograms: other vocal tracts, other paces, and parts that are missing. Where it stands: the
// training loop applies it to what the front end gives, [frames, bands] an example, with a Random stream each; with
// `views` it draws from a FeatureBank (src/train/feature_bank.h) that holds what the front end gave once.
// Sources: Jaitly and Hinton 2013 (vocal tract length), Park et al. 2019 (SpecAugment).
#pragma once

#include <cstdint>
#include <span>

#include "data/random.h"

namespace mote {

struct FeatureAugmentation {
  double vocal_tract = 0;                      ///< bands are stretched by up to this fraction along the frequency axis
  double stretch = 0;                          ///< frames run up to this fraction faster or slower about the middle
  std::int32_t shift = 0;                      ///< frames; moves the spectrogram, repeating the edge
  std::int32_t time_masks = 0, time_mask = 0;  ///< so many gaps of up to so many frames
  std::int32_t frequency_masks = 0, frequency_mask = 0;  ///< likewise of bands
  double slope = 0;                                      ///< deviation of a tilt added over the bands, from end to end
  double noise = 0;                                      ///< deviation of noise added to every value
  double colour = 0;  ///< deviation of a smooth curve added over the bands: another microphone, another room
  bool roll = false;  ///< the frames turn by any number, those that leave at the end enter at the beginning
  /// The front end runs so many times for each example before training, each time on another augmented waveform, and
  /// epochs draw from what it gave; 0: it runs in every epoch. What follows needs it.
  std::int32_t views = 0;
  double blend = 0;   ///< probability that the sound of another example of the class is added, up to 10 dB softer
  double splice = 0;  ///< probability that a stretch of frames is taken from another example of the class

  bool any() const {
    return vocal_tract > 0 || stretch > 0 || shift > 0 || time_masks > 0 || frequency_masks > 0 || slope > 0 ||
           noise > 0 || colour > 0 || roll;
  }
};

/// `values`: frames x bands of one example. Gaps are filled with the example's mean.
void augment_features(const FeatureAugmentation& augmentation, std::int32_t frames, std::int32_t bands, Random& random,
                      std::span<float> values);

}  // namespace mote
