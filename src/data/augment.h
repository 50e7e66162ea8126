// Random changes to training examples that leave their class as it is, so that a small set of people stands for more.
// Where it stands: applied by the trainer to normalised examples, each with its own Random stream (seed, epoch,
// example).
#pragma once

#include <cstdint>
#include <span>

#include "data/normalise.h"
#include "data/random.h"

namespace mote {

struct Augmentation {
  double jitter = 0;  ///< deviation of noise added to every value, in normalised units
  double scale = 0;   ///< each channel is multiplied by a number around 1 with this deviation
  double rotate_degrees =
      0;  ///< 3-axis sensors only: consecutive triples of channels turn about one random axis by up to this angle
  double warp = 0;              ///< time runs faster or slower by up to this fraction (0.1: 90 % to 110 %)
  std::int32_t time_shift = 0;  ///< rows; the window moves by up to this many, either way
};

/// How far the example's window is to be moved: uniform in [-time_shift, time_shift].
std::int32_t draw_time_shift(const Augmentation& augmentation, Random& random);

/// Warp, rotation, scale, jitter in this order on `values`: rows of normalised values, one for each channel of
/// `normalisation`. Rotation mixes channels, so it is done in physical units; three channels that follow each other
/// must share one unit.
void augment(const Augmentation& augmentation, const Normalisation& normalisation, Random& random,
             std::span<float> values);

}  // namespace mote
