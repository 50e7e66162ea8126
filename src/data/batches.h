// Shuffled, normalised, augmented batches, prepared on a thread of their own while the network learns from the one
// before. Where it stands: between a Dataset and the training loop. What is in a batch depends on seed and epoch alone.
#pragma once

#include <future>

#include "data/augment.h"
#include "data/dataset.h"

namespace mote {

/// What is trained on. The references must outlive the loader.
struct TrainingSet {
  const Dataset& data;
  const Examples& examples;
  const Normalisation& normalisation;
  const Augmentation& augmentation;
};

/// Of the recording that an example is of: a class, or kUnlabelled.
inline int label_of(const TrainingSet& set, std::int32_t index) {
  const Example& example = set.examples.items[static_cast<std::size_t>(index)];
  return set.data.samples[static_cast<std::size_t>(example.sample)].label;
}

struct Batch {
  std::vector<float> values;         ///< batch_size examples one after the other
  std::vector<std::int64_t> labels;  ///< batch_size
  std::vector<std::int64_t> others;  ///< mixup: labels of the examples that were mixed in
  double share = 1;                  ///< of `labels`; the rest is of `others`
  std::vector<float> shares;         ///< an example each, where they differ (FeatureBank); else empty
};

/// One example as the network takes it: moved, augmented, normalised; the same for the same seed, epoch and index.
void make_example(const TrainingSet& set, std::int32_t index, std::uint64_t seed, std::int32_t epoch,
                  std::span<float> out);

class BatchLoader {
 public:
  /// A batch is never larger than the set.
  BatchLoader(const TrainingSet& set, std::int32_t batch_size, std::uint64_t seed);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  std::size_t batch_size() const { return batch_size_; }
  /// Whole batches in an epoch; the examples left over have their turn in other epochs.
  std::int32_t batches() const { return static_cast<std::int32_t>(order_.size() / batch_size_); }
  /// Begins an epoch, from 1.
  void start(std::int32_t epoch);
  /// The next batch, valid until the next call; at most batches() calls an epoch.
  const Batch& next();

 private:
  void prepare();
  void fill(Batch& batch, std::size_t first) const;
  void mix(Batch& batch, std::size_t first) const;

  const TrainingSet set_;
  std::size_t batch_size_;
  std::uint64_t seed_;
  std::int32_t epoch_ = 0;
  std::size_t upcoming_ = 0;  ///< index into order_ of the batch to prepare next
  std::vector<std::int32_t> order_;
  Batch ready_, pending_;
  std::future<void> worker_;
};

}  // namespace mote
