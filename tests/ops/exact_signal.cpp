// The operators on signals by their definitions: sums over samples, no fast transform. See exact.h.
#include <cmath>
#include <complex>
#include <numbers>

#include "ir/op_def.h"
#include "tests/ops/exact.h"

namespace mote::testing {
namespace {

double mel(double hz) { return 1127.0 * std::log(1.0 + hz / 700.0); }

/// Weight of a frequency in the triangle with these corners on the mel scale.
double triangle(double at, double left, double centre, double right) {
  if (at < left || at >= right) return 0;
  return at < centre ? (at - left) / (centre - left) : (right - at) / (right - centre);
}

double power(const double* frame, std::int64_t window, std::int64_t fft, std::int64_t bin) {
  std::complex<double> sum = 0;
  for (std::int64_t i = 0; i < window; ++i) {
    const double taper = std::pow(std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(window)), 2);
    const double angle = -2 * std::numbers::pi * static_cast<double>(bin * i % fft) / static_cast<double>(fft);
    sum += frame[i] * taper * std::polar(1.0, angle);
  }
  return std::norm(sum / static_cast<double>(fft));
}

std::vector<double> log_mel(const Attributes& attrs, const double* frame) {
  const std::int64_t fft = attrs.integer("fft");
  const std::int64_t bands = attrs.integer("bands");
  std::vector<double> powers;
  for (std::int64_t k = 0; k <= fft / 2; ++k) powers.push_back(power(frame, attrs.integer("window"), fft, k));
  const double low = mel(attrs.real("low_hz"));
  const double step = (mel(attrs.real("high_hz")) - low) / static_cast<double>(bands + 1);
  std::vector<double> out;
  for (std::int64_t b = 0; b < bands; ++b) {
    double energy = attrs.real("floor");
    for (std::int64_t k = 0; k <= fft / 2; ++k) {
      const double at = mel(static_cast<double>(k) * attrs.real("rate_hz") / static_cast<double>(fft));
      const double left = low + static_cast<double>(b) * step;
      energy += powers[static_cast<std::size_t>(k)] * triangle(at, left, left + step, left + 2 * step);
    }
    out.push_back(std::log(energy));
  }
  return out;
}

}  // namespace

bool is_signal_operator(std::string_view op) { return op == "log_mel"; }

std::vector<double> exact_signal(const Node& node, const Shape& shape, const std::vector<double>& signal) {
  const Attributes& attrs = node.attrs;
  const std::size_t samples = signal.size() / static_cast<std::size_t>(shape[0]);
  const auto window = static_cast<std::size_t>(attrs.integer("window"));
  const auto stride = static_cast<std::size_t>(attrs.integer("stride"));
  std::vector<double> out;
  for (std::size_t n = 0; n < static_cast<std::size_t>(shape[0]); ++n)
    for (std::size_t first = 0; first + window <= samples; first += stride) {
      const std::vector<double> features = log_mel(attrs, signal.data() + n * samples + first);
      out.insert(out.end(), features.begin(), features.end());
    }
  return out;
}

}  // namespace mote::testing
