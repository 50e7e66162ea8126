// See batches.h.
#include "data/batches.h"

#include <algorithm>
#include <numeric>

namespace mote {

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
    const Example& example = set_.examples.items[static_cast<std::size_t>(index)];
    Random random(seed_, epoch_, index);
    const std::span<float> out(batch.values.data() + i * each, each);
    copy_example(set_.data, set_.examples, example, draw_time_shift(set_.augmentation, random), out);
    set_.normalisation.apply(out);
    augment(set_.augmentation, set_.normalisation, random, out);
    batch.labels[i] = set_.data.samples[static_cast<std::size_t>(example.sample)].label;
  }
}

}  // namespace mote
