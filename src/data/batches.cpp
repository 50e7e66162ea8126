// See batches.h.
#include "data/batches.h"

#include <algorithm>
#include <numeric>

namespace mote {

void make_example(const TrainingSet& set, std::int32_t index, std::uint64_t seed, std::int32_t epoch,
                  std::span<float> out) {
  const Example& example = set.examples.items[static_cast<std::size_t>(index)];
  Random random(seed, epoch, index);
  copy_example(set.data, set.examples, example, draw_time_shift(set.augmentation, random), out);
  if (set.augmentation.sound.any()) augment_sound(set.augmentation.sound, random, out);
  set.normalisation.apply(out);
  if (set.data.samples.front().shape.size() == 3) {
    augment_picture(set.augmentation, example_shape(set.data, set.examples), set.normalisation.clip, random, out);
  } else {
    augment(set.augmentation, set.normalisation, random, out);
  }
}

BatchLoader::BatchLoader(const TrainingSet& set, std::int32_t batch_size, std::uint64_t seed)
    : set_(set),
      batch_size_(std::min(static_cast<std::size_t>(batch_size), set.examples.items.size())),
      seed_(seed),
      order_(set.examples.items.size()) {
  MOTE_CHECK(batch_size_ >= 1);
}

BatchLoader::~BatchLoader() {
  if (worker_.valid()) worker_.wait();
}

void BatchLoader::start(std::int32_t epoch) {
  if (worker_.valid()) worker_.wait();
  epoch_ = epoch;
  upcoming_ = 0;
  std::iota(order_.begin(), order_.end(), 0);
  Random(seed_, hash_text("order"), epoch).shuffle(order_);
  prepare();
}

void BatchLoader::prepare() {
  if (upcoming_ + batch_size_ > order_.size()) return;
  worker_ = std::async(std::launch::async, [this, first = upcoming_] { fill(pending_, first); });
  upcoming_ += batch_size_;
}

const Batch& BatchLoader::next() {
  MOTE_CHECK(worker_.valid());
  worker_.get();
  std::swap(ready_, pending_);
  prepare();
  return ready_;
}

void BatchLoader::fill(Batch& batch, std::size_t first) const {
  const auto each = static_cast<std::size_t>(element_count(example_shape(set_.data, set_.examples)));
  batch.values.resize(batch_size_ * each);
  batch.labels.resize(batch_size_);
  for (std::size_t i = 0; i < batch_size_; ++i) {
    const std::int32_t index = order_[first + i];
    make_example(set_, index, seed_, epoch_, {batch.values.data() + i * each, each});
    batch.labels[i] = label_of(set_, index);
  }
  batch.others = batch.labels;
  batch.share = 1;
  if (set_.augmentation.mixup > 0) mix(batch, first);
}

/// Each example with its neighbour, who is random since the order is.
void BatchLoader::mix(Batch& batch, std::size_t first) const {
  Random random(seed_, hash_text("mixup"), epoch_, first);
  batch.share = draw_share(set_.augmentation.mixup, random);
  const auto share = static_cast<float>(batch.share);
  const std::size_t each = batch.values.size() / batch_size_;
  const std::vector<float> begin(batch.values.begin(), batch.values.begin() + static_cast<std::ptrdiff_t>(each));
  for (std::size_t i = 0; i < batch_size_; ++i) {
    const bool last = i + 1 == batch_size_;
    const float* other = last ? begin.data() : batch.values.data() + (i + 1) * each;
    float* out = batch.values.data() + i * each;
    for (std::size_t k = 0; k < each; ++k) out[k] = out[k] * share + other[k] * (1.0F - share);
    batch.others[i] = batch.labels[last ? 0 : i + 1];
  }
}

}  // namespace mote
