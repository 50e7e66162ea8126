// Small things that the data tests share.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "base/files.h"
#include "data/dataset.h"

namespace mote::test {

inline void put(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// A recording of `rows` rows of `channels` values that count up from `start`.
inline Sample counting_sample(int rows, int channels, int label, const std::string& group, float start = 0) {
  Sample sample;
  sample.shape = {rows, channels};
  for (int i = 0; i < rows * channels; ++i) sample.values.push_back(start + static_cast<float>(i));
  sample.label = label;
  sample.group = group;
  sample.source = group + ".csv";
  return sample;
}

}  // namespace mote::test
