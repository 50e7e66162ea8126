// What a classifier's probabilities are worth: how well each class can be told from the rest at any threshold (ROC),
// and whether "90 % sure" is right nine times of ten (reliability, Guo et al. 2017). Where it stands: beside metrics.h;
// `mote evaluate` draws both in its report.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mote {

struct RocCurve {
  struct Point {
    double false_rate = 0;  ///< share of the other classes' examples that are called so
    double true_rate = 0;   ///< share of the class's own
  };
  std::vector<Point> points;  ///< from (0, 0) to (1, 1), at most about a hundred; empty if one of both sides is
  double area = 0;            ///< exact, equal scores counting half
};

struct RankedExample {
  double score = 0;
  bool own = false;  ///< of the class that the score speaks for
};
RocCurve roc_curve(std::vector<RankedExample> examples);

/// Examples whose largest probability lies in one tenth.
struct ReliabilityBin {
  std::int64_t examples = 0;
  double confidence = 0;  ///< mean of the largest probability
  double accuracy = 0;
};

struct Curves {
  std::vector<RocCurve> classes;  ///< each against the rest
  std::vector<ReliabilityBin> bins;
  double calibration_error = 0;  ///< mean of |confidence - accuracy| over the examples
};

/// `scores`: `classes` numbers an example. For the ROC only their order matters; for reliability they are
/// probabilities.
Curves curves_of(std::span<const int> labels, std::span<const float> scores, int classes);

}  // namespace mote
