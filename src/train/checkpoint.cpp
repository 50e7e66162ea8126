// See checkpoint.h.
#include "train/checkpoint.h"

#include <fmt/format.h>

#include <cstring>

#include "base/npz.h"

namespace mote {
namespace {

constexpr std::int64_t kColumns = 6;

template <typename T>
NpyArray array_of(NpyType type, std::vector<std::int64_t> shape, const T* values, std::size_t count) {
  NpyArray array{type, std::move(shape), Bytes(count * sizeof(T))};
  if (count > 0) std::memcpy(array.data.data(), values, count * sizeof(T));
  return array;
}

void put(NpzArrays& arrays, const std::string& name, const std::vector<at::Tensor>& tensors) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const at::Tensor t = tensors[i].contiguous();
    const auto count = static_cast<std::size_t>(t.numel());
    arrays[fmt::format("{}_{:04}", name, i)] =
        t.scalar_type() == at::kDouble ? array_of(NpyType::f64, t.sizes().vec(), t.data_ptr<double>(), count)
                                       : array_of(NpyType::f32, t.sizes().vec(), t.data_ptr<float>(), count);
  }
}

std::vector<at::Tensor> take(const NpzArrays& arrays, const std::string& name) {
  std::vector<at::Tensor> tensors;
  for (;;) {
    const auto at = arrays.find(fmt::format("{}_{:04}", name, tensors.size()));
    if (at == arrays.end()) return tensors;
    const bool wide = at->second.type == NpyType::f64;
    at::Tensor t = at::empty(at->second.shape, wide ? at::kDouble : at::kFloat);
    if (t.numel() > 0) std::memcpy(t.data_ptr(), at->second.data.data(), at->second.data.size());
    tensors.push_back(std::move(t));
  }
}

}  // namespace

Result<void> save_checkpoint(const std::filesystem::path& path, const Checkpoint& c) {
  NpzArrays arrays;
  const std::vector<std::int64_t> meta{static_cast<std::int64_t>(c.fingerprint), c.best_epoch};
  arrays["meta"] = array_of(NpyType::i64, {2}, meta.data(), meta.size());
  std::vector<double> history{c.best_loss, 0, 0, 0, 0, 0};
  for (const EpochRecord& r : c.history)
    history.insert(history.end(), {static_cast<double>(r.epoch), r.learning_rate, r.loss, r.accuracy, r.validation_loss,
                                   r.validation_accuracy});
  arrays["history"] = array_of(NpyType::f64, {static_cast<std::int64_t>(history.size()) / kColumns, kColumns},
                               history.data(), history.size());
  put(arrays, "state", c.state);
  put(arrays, "best", c.best);
  put(arrays, "optimiser", c.optimiser);
  put(arrays, "average", c.average);
  MOTE_TRY(const Bytes bytes, encode_npz(arrays));
  return write_file(path, bytes);
}

Result<Checkpoint> load_checkpoint(const std::filesystem::path& path, std::uint64_t fingerprint) {
  MOTE_TRY(const Bytes bytes, read_file(path));
  auto parsed = parse_npz(bytes);
  if (!parsed.ok()) return std::move(parsed).error().at(path.string());
  const NpzArrays& arrays = *parsed;
  const auto meta = arrays.find("meta");
  const auto history = arrays.find("history");
  if (meta == arrays.end() || meta->second.type != NpyType::i64 || meta->second.elements() != 2 ||
      history == arrays.end() || history->second.type != NpyType::f64 || history->second.elements() < kColumns ||
      history->second.elements() % kColumns != 0)
    return bad_input("is not a checkpoint of mote train", path.string());
  Checkpoint c;
  c.fingerprint = static_cast<std::uint64_t>(meta->second.as<std::int64_t>()[0]);
  if (c.fingerprint != fingerprint)
    return bad_input("belongs to another project or other data; train without --resume, or restore what was changed",
                     path.string());
  c.best_epoch = static_cast<std::int32_t>(meta->second.as<std::int64_t>()[1]);
  const auto rows = history->second.as<double>();
  c.best_loss = rows[0];
  for (std::size_t i = kColumns; i < rows.size(); i += kColumns)
    c.history.push_back(
        {static_cast<std::int32_t>(rows[i]), rows[i + 1], rows[i + 2], rows[i + 3], rows[i + 4], rows[i + 5]});
  c.state = take(arrays, "state");
  c.best = take(arrays, "best");
  c.optimiser = take(arrays, "optimiser");
  c.average = take(arrays, "average");
  return c;
}

}  // namespace mote
