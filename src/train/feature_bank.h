// What the front end gave for every training example, kept: the front end learns nothing, and costs more than a small
// network's gradient. Where it stands: fit() draws its batches from here instead of from a BatchLoader where
// augment.features.views says so. The waveforms' augmentation happens once for each view, that of features every epoch;
// here besides: two examples of a class as one (blend, splice), and mixup with a share for each example.
#pragma once

#include <filesystem>

#include "data/batches.h"
#include "train/torch_graph.h"

namespace mote {

class FeatureBank {
 public:
  /// Runs the graph's front end augmentation.features.views times on every example, unless `file` holds what that gave
  /// another time; else it is written there. `set` must outlive the bank. A file that cannot be used is no error.
  FeatureBank(TorchGraph& graph, const TrainingSet& set, std::int32_t batch_size, std::uint64_t seed,
              const std::filesystem::path& file = {});

  /// [batch, frames, bands, 1]
  std::vector<std::int64_t> batch_shape() const;
  /// Begins an epoch, from 1.
  void start(std::int32_t epoch);
  /// The next batch, valid until the next call; as many an epoch as BatchLoader::batches.
  const Batch& next();

 private:
  void run_front_end(TorchGraph& graph);
  std::span<const float> view(std::int32_t example, Random& random) const;
  std::size_t place_of(std::int32_t example) const;
  std::span<const float> classmate(std::int32_t example, Random& random) const;
  void make(std::int32_t example, std::span<float> out) const;
  void mix();

  const TrainingSet set_;
  std::size_t batch_size_;
  std::uint64_t seed_;
  std::int32_t epoch_ = 0;
  std::size_t upcoming_ = 0;
  std::int32_t frames_ = 0, bands_ = 0;
  std::vector<float> kept_;                          ///< [view][example][frame][band]
  std::vector<std::vector<std::int32_t>> of_class_;  ///< examples of each
  std::vector<std::int32_t> order_;
  Batch batch_;
};

}  // namespace mote
