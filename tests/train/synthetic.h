// A made-up data folder that a tiny network can learn: two channels, the class is the frequency. And a project for it.
#pragma once

#include <cmath>
#include <string>

#include "data/random.h"
#include "tests/data/helpers.h"

namespace mote::test {

/// <folder>/<class>/p<k>_<n>.csv, six people, one recording of 64 rows per person and class.
inline void write_waves(const std::filesystem::path& folder) {
  const char* names[] = {"slow", "middle", "fast"};
  for (int c = 0; c < 3; ++c)
    for (int person = 0; person < 6; ++person) {
      Random random(99, c, person);
      std::string text = "x,y\n";
      const double phase = random.uniform(0, 6.28);
      for (int t = 0; t < 64; ++t) {
        const double angle = phase + 0.15 * (1 << c) * t;
        text +=
            std::to_string(2 * std::sin(angle) + 0.2 * random.normal()) + "," + std::to_string(std::cos(angle)) + "\n";
      }
      put(folder / names[c] / ("p" + std::to_string(person) + "_1.csv"), text);
    }
}

inline std::string waves_project(const std::string& train = "", int batch_size = 16) {
  return "name = \"waves\"\n[data]\nfolder = \"data\"\nrate_hz = 20\nwindow = 32\nstride = 8\n"
         "[split]\nvalidation = [\"p1\"]\ntest = [\"p0\", \"p5\"]\n[augment]\njitter = 0.02\ntime_shift = 4\n"
         "[network]\ntype = \"cnn1d\"\nchannels = [8, 12]\n[train]\nbatch_size = " +
         std::to_string(batch_size) + "\n" + train;
}

}  // namespace mote::test
