// See dataset.h.
#include "data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mote {

Result<Examples> make_windows(const Dataset& data, std::span<const std::int32_t> which, std::int32_t length,
                              std::int32_t stride) {
  MOTE_CHECK(length >= 0 && (length == 0 || stride >= 1));
  Examples examples;
  examples.rows = length;
  for (const std::int32_t index : which) {
    const Sample& sample = data.samples[static_cast<std::size_t>(index)];
    const std::int32_t rows = sample.rows();
    if (length == 0) {
      if (examples.rows == 0) examples.rows = rows;
      if (rows != examples.rows)
        return bad_input(fmt::format("has {} rows where the first recording has {}; set data.window to a fixed length",
                                     rows, examples.rows),
                         sample.source);
      examples.items.push_back({index, 0});
    } else if (rows < length) {
      examples.items.push_back({index, -(length - rows) / 2});
    } else {
      for (std::int32_t first = 0; first + length <= rows; first += stride) examples.items.push_back({index, first});
    }
  }
  return examples;
}

void copy_example(const Dataset& data, const Examples& examples, const Example& example, std::int32_t shift,
                  std::span<float> out) {
  const Sample& sample = data.samples[static_cast<std::size_t>(example.sample)];
  const std::int32_t rows = sample.rows();
  const auto row_size = static_cast<std::ptrdiff_t>(sample.row_size());
  std::int32_t first = example.first_row + shift;
  if (rows > examples.rows) first = std::clamp(first, 0, rows - examples.rows);
  const std::int32_t begin = std::clamp(first, 0, rows);
  const std::int32_t end = std::clamp(first + examples.rows, begin, rows);
  std::fill(out.begin(), out.end(), 0.0F);
  std::copy(sample.values.begin() + begin * row_size, sample.values.begin() + end * row_size,
            out.begin() + (begin - first) * row_size);
}

Shape example_shape(const Dataset& data, const Examples& examples) {
  Shape shape = data.samples.front().shape;
  shape.front() = examples.rows;
  return shape;
}

namespace {

/// Shape and values of one recording, beside the first's.
Result<void> check_sample(const Sample& sample, const Sample& first) {
  if (sample.shape.empty() || element_count(sample.shape) != static_cast<std::int64_t>(sample.values.size()) ||
      sample.values.empty())
    return bad_input("is empty", sample.source);
  if (!std::equal(sample.shape.begin() + 1, sample.shape.end(), first.shape.begin() + 1, first.shape.end()))
    return bad_input(fmt::format("has shape {} where {} has {}; all must agree behind the first dimension",
                                 shape_text(sample.shape), first.source, shape_text(first.shape)),
                     sample.source);
  for (std::size_t i = 0; i < sample.values.size(); ++i)
    if (!std::isfinite(sample.values[i]))
      return bad_input(fmt::format("row {} holds a value that is not a number (NaN or infinite); repair or remove it",
                                   static_cast<std::int64_t>(i) / sample.row_size() + 1),
                       sample.source);
  return {};
}

}  // namespace

Result<void> check_dataset(const Dataset& data, const std::string& where) {
  if (data.samples.empty()) return bad_input("no recordings in it", where);
  std::vector<int> count(data.classes.size(), 0);
  for (const Sample& sample : data.samples) {
    MOTE_TRY_VOID(check_sample(sample, data.samples.front()));
    ++count[static_cast<std::size_t>(sample.label)];
  }
  for (const Sample& sample : data.unlabelled) MOTE_TRY_VOID(check_sample(sample, data.samples.front()));
  for (std::size_t i = 0; i < count.size(); ++i)
    if (count[i] == 0) return bad_input(fmt::format("class \"{}\" has no recordings", data.classes[i]), where);
  return {};
}

}  // namespace mote
