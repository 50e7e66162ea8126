// See feature_bank.h.
#include "train/feature_bank.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/npy.h"
#include "train/fit.h"

namespace mote {

FeatureBank::FeatureBank(TorchGraph& graph, const TrainingSet& set, std::int32_t batch_size, std::uint64_t seed,
                         const std::filesystem::path& file)
    : set_(set),
      batch_size_(std::min(static_cast<std::size_t>(batch_size), set.examples.items.size())),
      seed_(seed),
      of_class_(set.data.classes.size() + 1),
      order_(set.examples.items.size()) {
  const Shape& shape = graph.graph().tensor(front_end_output(graph.graph())).shape;
  frames_ = static_cast<std::int32_t>(shape[1]);
  bands_ = static_cast<std::int32_t>(shape[2]);
  const auto examples = static_cast<std::int32_t>(order_.size());
  for (std::int32_t i = 0; i < examples; ++i) of_class_[place_of(i)].push_back(i);
  const std::vector<std::int64_t> wanted{set.augmentation.features.views, examples, frames_, bands_};
  std::error_code ec;
  if (!file.empty() && std::filesystem::exists(file, ec)) {
    if (const auto read = read_npy(file); read && read->type == NpyType::f32 && read->shape == wanted) {
      const auto values = read->as<float>();
      kept_.assign(values.begin(), values.end());
      return;
    }
  }
  run_front_end(graph);
  if (file.empty()) return;
  std::filesystem::create_directories(file.parent_path(), ec);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(kept_.data());
  [[maybe_unused]] const auto written =
      write_npy(file, {NpyType::f32, wanted, Bytes(bytes, bytes + kept_.size() * sizeof(float))});
}

void FeatureBank::run_front_end(TorchGraph& graph) {
  constexpr std::int32_t kChunk = 16;
  const TensorId features = front_end_output(graph.graph());
  const auto examples = static_cast<std::int32_t>(order_.size());
  const auto values = static_cast<std::size_t>(set_.augmentation.features.views) * order_.size() *
                      static_cast<std::size_t>(frames_ * bands_);
  kept_.reserve(values);
  at::NoGradGuard no_grad;
  for (std::int32_t view = 1; view <= set_.augmentation.features.views; ++view)
    for (std::int32_t first = 0; first < examples; first += kChunk) {
      const std::int32_t count = std::min(kChunk, examples - first);
      at::Tensor waves = at::empty(mote::batch_shape(graph.graph(), count));
      const auto each = static_cast<std::size_t>(waves.numel() / count);
      for (std::int32_t i = 0; i < count; ++i)
        make_example(set_, first + i, seed_, view,
                     {waves.data_ptr<float>() + static_cast<std::size_t>(i) * each, each});
      const at::Tensor made = graph.forward({waves}, false, {}, features)[0].contiguous();
      kept_.insert(kept_.end(), made.data_ptr<float>(), made.data_ptr<float>() + made.numel());
    }
}

std::vector<std::int64_t> FeatureBank::batch_shape() const {
  return {static_cast<std::int64_t>(batch_size_), frames_, bands_, 1};
}

void FeatureBank::start(std::int32_t epoch) {
  epoch_ = epoch;
  upcoming_ = 0;
  std::iota(order_.begin(), order_.end(), 0);
  Random(seed_, hash_text("order"), epoch).shuffle(order_);
}

std::span<const float> FeatureBank::view(std::int32_t example, Random& random) const {
  const auto each = static_cast<std::size_t>(frames_ * bands_);
  const auto which = static_cast<std::size_t>(random.below(set_.augmentation.features.views));
  return std::span(kept_).subspan((which * order_.size() + static_cast<std::size_t>(example)) * each, each);
}

/// Unlabelled ones are a class of their own here, behind the others: a teacher says what a mixture of two is.
std::size_t FeatureBank::place_of(std::int32_t example) const {
  const int label = label_of(set_, example);
  return label == kUnlabelled ? of_class_.size() - 1 : static_cast<std::size_t>(label);
}

std::span<const float> FeatureBank::classmate(std::int32_t example, Random& random) const {
  const auto& mates = of_class_[place_of(example)];
  return view(mates[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(mates.size())))], random);
}

/// One example of this epoch.
void FeatureBank::make(std::int32_t example, std::span<float> out) const {
  const FeatureAugmentation& how = set_.augmentation.features;
  Random random(seed_, hash_text("features"), epoch_, example);
  const std::span<const float> own = view(example, random);
  std::copy(own.begin(), own.end(), out.begin());
  if (random.uniform() < how.blend) {  // powers add: ln(e^a + g e^b), frames turned against each other
    const std::span<const float> other = classmate(example, random);
    const auto turn = static_cast<std::size_t>(random.below(frames_) * bands_);
    const auto gain = static_cast<float>(random.uniform(-10, 0) / 10 * std::log(10.0));
    for (std::size_t i = 0; i < out.size(); ++i) {
      const float b = other[(i + turn) % other.size()] + gain;
      out[i] = std::max(out[i], b) + std::log1p(std::exp(-std::abs(out[i] - b)));
    }
  }
  if (random.uniform() < how.splice) {
    const std::span<const float> other = classmate(example, random);
    const auto length = static_cast<std::size_t>((1 + random.below(frames_ / 2)) * bands_);
    const auto to = static_cast<std::size_t>(random.below(frames_) * bands_);
    const auto from = static_cast<std::size_t>(random.below(frames_) * bands_);
    for (std::size_t i = 0; i < length; ++i) out[(to + i) % out.size()] = other[(from + i) % other.size()];
  }
  augment_features(how, frames_, bands_, random, out);
}

const Batch& FeatureBank::next() {
  const auto each = static_cast<std::size_t>(frames_ * bands_);
  batch_.values.resize(batch_size_ * each);
  batch_.labels.resize(batch_size_);
  for (std::size_t i = 0; i < batch_size_; ++i) {
    const std::int32_t index = order_[upcoming_ + i];
    make(index, {batch_.values.data() + i * each, each});
    batch_.labels[i] = label_of(set_, index);
  }
  batch_.others = batch_.labels;
  if (set_.augmentation.mixup > 0) mix();
  upcoming_ += batch_size_;
  return batch_;
}

/// Each example with its neighbour, who is random since the order is.
void FeatureBank::mix() {
  Random random(seed_, hash_text("mixup"), epoch_, upcoming_);
  const std::size_t each = batch_.values.size() / batch_size_;
  const std::vector<float> begin(batch_.values.begin(), batch_.values.begin() + static_cast<std::ptrdiff_t>(each));
  batch_.shares.resize(batch_size_);
  for (std::size_t i = 0; i < batch_size_; ++i) {
    const bool last = i + 1 == batch_size_;
    const float* other = last ? begin.data() : batch_.values.data() + (i + 1) * each;
    float* out = batch_.values.data() + i * each;
    const auto share = static_cast<float>(draw_share(set_.augmentation.mixup, random));
    for (std::size_t k = 0; k < each; ++k) out[k] = out[k] * share + other[k] * (1.0F - share);
    batch_.shares[i] = share;
    batch_.others[i] = batch_.labels[last ? 0 : i + 1];
  }
}

}  // namespace mote
