// How good a classifier is: accuracy with its uncertainty, confusion matrix, precision and recall of each class.
// Where it stands: plain arithmetic on labels and outputs, the same for LibTorch, the reference and a board.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mote {

struct ClassMetrics {
  std::int64_t examples = 0;
  double precision = 0;  ///< of those called so, how many are; 0 if none was called so
  double recall = 0;     ///< of those that are, how many were called so; 0 if there are none
  double f1 = 0;
};

struct Evaluation {
  std::int64_t examples = 0;
  double accuracy = 0;  ///< 0..1
  double accuracy_low = 0,
         accuracy_high = 0;      ///< 95 % interval: bootstrap over recordings (windows of one are not independent)
  double balanced_accuracy = 0;  ///< mean recall of the classes that occur
  std::vector<std::vector<std::int64_t>> confusion;  ///< [true class][class given]
  std::vector<ClassMetrics> classes;
};

/// Index of the largest value; the first among equals (as firmware would do it).
int argmax(std::span<const float> values);
int argmax(std::span<const std::int8_t> values);
int argmax(std::span<const std::int16_t> values);

/// `recording[i]` says which recording example i comes from. All spans have one length.
Evaluation evaluate_predictions(std::span<const int> labels, std::span<const int> predictions,
                                std::span<const std::int32_t> recording, int classes);

}  // namespace mote
