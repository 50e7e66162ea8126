// The operators on rows of features by their definitions. See exact.h. Where only order or equality of features
// matters, integers are compared as integers.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/ops.h"
#include "tests/ops/exact.h"

namespace mote::testing {
namespace {

/// Elements of an input or constant, in steps for integers.
std::vector<double> elements(const OpCase& test, std::size_t input) {
  const Tensor& tensor = test.graph.tensor(test.graph.nodes[0].inputs[input]);
  const Bytes& bytes = input == 0 ? test.inputs[0] : *tensor.data;
  std::vector<double> values;
  for (std::size_t i = 0; i < static_cast<std::size_t>(tensor.elements()); ++i) {
    if (tensor.type == DType::f32) values.push_back(static_cast<double>(reinterpret_cast<const float*>(&bytes[0])[i]));
    if (tensor.type == DType::i32) values.push_back(reinterpret_cast<const std::int32_t*>(&bytes[0])[i]);
    if (tensor.type == DType::i16) values.push_back(reinterpret_cast<const std::int16_t*>(&bytes[0])[i]);
    if (tensor.type == DType::i8) values.push_back(reinterpret_cast<const std::int8_t*>(&bytes[0])[i]);
  }
  return values;
}

double scale(const Tensor& tensor) { return tensor.quant.empty() ? 1.0 : static_cast<double>(tensor.quant.scale[0]); }
double zero(const Tensor& tensor) { return tensor.quant.empty() ? 0.0 : tensor.quant.zero_point[0]; }

class Rows {
 public:
  explicit Rows(const OpCase& test)
      : test_(test),
        node_(test.graph.nodes[0]),
        x_(test.graph.tensor(node_.inputs[0])),
        out_(test.graph.tensor(node_.outputs[0])),
        features_(static_cast<std::size_t>(x_.elements() / x_.shape[0])) {
    for (std::size_t i = 0; i < node_.inputs.size(); ++i) in_.push_back(elements(test, i));
  }

  std::vector<double> run() {
    std::vector<double> all;
    for (std::size_t n = 0; n < static_cast<std::size_t>(x_.shape[0]); ++n) {
      row_ = in_[0].data() + n * features_;
      const std::vector<double> one = row();
      all.insert(all.end(), one.begin(), one.end());
    }
    return all;
  }

 private:
  std::vector<double> row() const {
    if (node_.op == &ops::centre_distance) return {distance()};
    if (node_.op == &ops::gaussian_mixture) return {mixture()};
    std::vector<double> sums(static_cast<std::size_t>(node_.attrs.integer("outputs")), 0.0);
    if (node_.op == &ops::neighbour_votes) {
      neighbours(sums);
    } else {
      for (const double root : in_[3]) add_leaf(static_cast<std::int64_t>(root), sums);
    }
    return sums;
  }

  void add_leaf(std::int64_t at, std::vector<double>& sums) const {
    if (at < 0) {
      const auto leaf = static_cast<std::size_t>(-1 - at);
      sums[static_cast<std::size_t>(in_[4][leaf])] += in_[5][leaf] * scale(out_);
      return;
    }
    const auto node = static_cast<std::size_t>(at);
    const bool left = row_[static_cast<std::size_t>(in_[1][3 * node])] <= in_[2][node];
    add_leaf(static_cast<std::int64_t>(in_[1][3 * node + (left ? 1 : 2)]), sums);
  }

  double square(std::size_t point) const {
    double sum = 0;
    for (std::size_t i = 0; i < features_; ++i) sum += std::pow(row_[i] - in_[1][point * features_ + i], 2);
    return sum;
  }

  double distance() const {
    double least = square(0);
    for (std::size_t p = 1; p < in_[1].size() / features_; ++p) least = std::min(least, square(p));
    return std::sqrt(least) * scale(x_);
  }

  void neighbours(std::vector<double>& votes) const {
    std::vector<std::size_t> order(in_[2].size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [this](std::size_t a, std::size_t b) { return square(a) < square(b); });
    const auto k = static_cast<std::size_t>(node_.attrs.integer("neighbours"));
    for (std::size_t i = 0; i < k; ++i) votes[static_cast<std::size_t>(in_[2][order[i]])] += 1 / static_cast<double>(k);
  }

  double mixture() const {
    const std::size_t each = in_[2].size() / in_[3].size();
    double density = 0;
    double least = 0;
    for (const bool second : {false, true}) {  // the exponentials relative to the largest
      for (std::size_t k = 0; k < in_[3].size(); ++k) {
        const double* w = in_[2].data() + k * each;
        double squares = 0;
        for (std::size_t i = 0; i < features_; ++i) {
          double z = 0;
          for (std::size_t j = each == features_ ? i : 0; j <= i; ++j)
            z += *w++ * (scale(x_) * (row_[j] - zero(x_)) - in_[1][k * features_ + j]);
          squares += z * z;
        }
        const double score = squares / 2 - in_[3][k];
        if (second) density += std::exp(least - score);
        if (!second) least = k == 0 ? score : std::min(least, score);
      }
    }
    return least - std::log(density);
  }

  const OpCase& test_;
  const Node& node_;
  const Tensor& x_;
  const Tensor& out_;
  std::size_t features_;
  std::vector<std::vector<double>> in_;
  const double* row_ = nullptr;
};

}  // namespace

bool is_tabular_operator(const OpDef& op) {
  return &op == &ops::tree_ensemble || &op == &ops::centre_distance || &op == &ops::neighbour_votes ||
         &op == &ops::gaussian_mixture;
}

std::vector<double> exact_tabular(const OpCase& test) { return Rows(test).run(); }

}  // namespace mote::testing
