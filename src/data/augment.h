// Random changes to training examples that leave their class as it is, so that a small set of people stands for more.
// Where it stands: applied by the trainer to normalised examples, each with its own Random stream (seed, epoch,
// example).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/augment_features.h"
#include "data/augment_sound.h"
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
  double offset = 0;            ///< each channel is raised by a number around 0 with this deviation
  double mixup = 0;             ///< examples are mixed in pairs by a share from Beta(mixup, mixup) (Zhang et al. 2018)
  // Pictures; rotate_degrees turns them, scale changes their colours, jitter is noise, besides:
  std::string flip = "none";          ///< none, horizontal, vertical, both
  std::int32_t crop = 0;              ///< pixels; the picture moves by up to this many, either way
  double zoom = 0;                    ///< up to this fraction larger or smaller
  double brightness = 0;              ///< up to this much is added to every value, in normalised units
  double contrast = 0;                ///< values lie up to this fraction further from their mean, or nearer
  SoundAugmentation sound = {};       ///< waveforms, before normalisation
  FeatureAugmentation features = {};  ///< what the front end gives, in the training loop
  double cutout = 0;  ///< sides of a rectangle that is blanked in every other picture, up to this fraction of its own
};

/// How far the example's window is to be moved: uniform in [-time_shift, time_shift].
std::int32_t draw_time_shift(const Augmentation& augmentation, Random& random);

/// Warp, rotation, scale, offset, jitter in this order on `values`: rows of normalised values, one for each channel of
/// `normalisation`. Rotation mixes channels, so it is done in physical units; three channels that follow each other
/// must share one unit.
void augment(const Augmentation& augmentation, const Normalisation& normalisation, Random& random,
             std::span<float> values);

/// The same for a picture of `shape` [height, width, channels], limited to `clip` (0: not).
void augment_picture(const Augmentation& augmentation, const Shape& shape, float clip, Random& random,
                     std::span<float> values);

/// A share in [0, 1] from Beta(shape, shape), for mixup.
double draw_share(double shape, Random& random);

}  // namespace mote
