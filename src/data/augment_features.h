// Random changes to spectrograms: other vocal tracts, other paces, and parts that are missing. Where it stands: the
// training loop applies it to what the front end gives, [frames, bands] an example, with a Random stream each.
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

  bool any() const {
    return vocal_tract > 0 || stretch > 0 || shift > 0 || time_masks > 0 || frequency_masks > 0 || slope > 0 ||
           noise > 0;
  }
};

/// `values`: frames x bands of one example. Gaps are filled with the example's mean.
void augment_features(const FeatureAugmentation& augmentation, std::int32_t frames, std::int32_t bands, Random& random,
                      std::span<float> values);

}  // namespace mote
