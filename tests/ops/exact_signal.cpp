// The operators on signals by their definitions: sums over samples, no fast transform. See exact.h.
#include <cmath>
#include <complex>
#include <numbers>

#include "ir/op_def.h"
#include "tests/ops/exact.h"

namespace mote::testing {
namespace {

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

std::vector<double> powers_of(const Attributes& attrs, const double* frame) {
  const std::int64_t fft = attrs.integer("fft");
  std::vector<double> powers;
  for (std::int64_t k = 0; k <= fft / 2; ++k) powers.push_back(power(frame, attrs.integer("window"), fft, k));
  return powers;
}

std::vector<double> band_powers(const Attributes& attrs, const double* frame) {
  const std::int64_t fft = attrs.integer("fft");
  const std::int64_t bands = attrs.integer("bands");
  const std::vector<double> powers = powers_of(attrs, frame);
  const auto mel = [&](double hz) {
    return attrs.text("scale") == "linear" ? hz : 1127.0 * std::log(1.0 + hz / 700.0);
  };
  const double low = mel(attrs.real("low_hz"));
  const double step = (mel(attrs.real("high_hz")) - low) / static_cast<double>(bands + 1);
  std::vector<double> out;
  for (std::int64_t b = 0; b < bands; ++b) {
    double energy = 0;
    for (std::int64_t k = 0; k <= fft / 2; ++k) {
      const double at = mel(static_cast<double>(k) * attrs.real("rate_hz") / static_cast<double>(fft));
      const double left = low + static_cast<double>(b) * step;
      energy += powers[static_cast<std::size_t>(k)] * triangle(at, left, left + step, left + 2 * step);
    }
    out.push_back(energy);
  }
  return out;
}

std::vector<double> log_mel(const Attributes& attrs, const double* frame) {
  std::vector<double> out = band_powers(attrs, frame);
  for (double& v : out) v = std::log(v + attrs.real("floor"));
  return out;
}

/// Frames of the input's third axis: [N, frames, window, depth].
std::vector<double> of_frames(const Node& node, const Shape& shape, const std::vector<double>& x) {
  const auto window = static_cast<std::size_t>(shape[2]);
  const auto depth = static_cast<std::size_t>(shape[3]);
  std::vector<double> out;
  if (node.op->name == "taper") {
    const std::string_view name = node.attrs.text("window");
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double turn = 2 * std::numbers::pi * static_cast<double>(i / depth % window) / static_cast<double>(window);
      double w = std::pow(std::sin(turn / 2), 2);
      if (name == "hamming") w = 0.08 + 0.92 * w;
      if (name == "blackman") w = 0.42 - 0.5 * std::cos(turn) + 0.08 * std::cos(2 * turn);
      out.push_back(x[i] * w);
    }
    return out;
  }
  const auto fft = node.attrs.integer("fft");
  for (std::size_t first = 0; first < x.size(); first += window)
    for (std::int64_t k = 0; k <= fft / 2; ++k) {
      std::complex<double> sum = 0;
      for (std::size_t i = 0; i < window; ++i)
        sum += x[first + i] *
               std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k * static_cast<std::int64_t>(i) % fft) /
                                   static_cast<double>(fft));
      out.push_back(sum.real() / static_cast<double>(fft));
      out.push_back(sum.imag() / static_cast<double>(fft));
    }
  return out;
}

std::vector<double> cepstrum(const Attributes& attrs, const double* frame) {
  const std::vector<double> logs = log_mel(attrs, frame);
  const auto bands = static_cast<double>(logs.size());
  std::vector<double> out;
  for (std::int64_t k = 0; k < attrs.integer("coefficients"); ++k) {
    double sum = 0;
    for (std::size_t m = 0; m < logs.size(); ++m)
      sum += logs[m] *
             std::cos(std::numbers::pi * static_cast<double>(k) * (2 * static_cast<double>(m) + 1) / (2 * bands));
    out.push_back(sum * std::sqrt(2 / bands));
  }
  return out;
}

/// By the impulse response, not the recursion's own order.
std::vector<double> biquad(const Attributes& c, const std::vector<double>& x) {
  std::vector<double> response(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double feed = i == 0 ? c.real("b0") : i == 1 ? c.real("b1") : i == 2 ? c.real("b2") : 0.0;
    response[i] = feed - (i > 0 ? c.real("a1") * response[i - 1] : 0) - (i > 1 ? c.real("a2") * response[i - 2] : 0);
  }
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t k = 0; k <= i; ++k) y[i] += response[k] * x[i - k];
  return y;
}

std::vector<double> stats(const double* frame, std::size_t window) {
  double sum = 0;
  double square = 0;
  double low = frame[0];
  double high = frame[0];
  for (std::size_t i = 0; i < window; ++i) {
    sum += frame[i];
    low = std::fmin(low, frame[i]);
    high = std::fmax(high, frame[i]);
  }
  const double mean = sum / static_cast<double>(window);
  for (std::size_t i = 0; i < window; ++i) square += (frame[i] - mean) * (frame[i] - mean);
  return {mean, std::sqrt(square / static_cast<double>(window)), low, high};
}

std::vector<double> of_frame(const Node& node, const double* frame, std::size_t window) {
  const std::string_view op = node.op->name;
  if (op == "log_mel") return log_mel(node.attrs, frame);
  if (op == "band_powers") return band_powers(node.attrs, frame);
  if (op == "power_spectrum") return powers_of(node.attrs, frame);
  if (op == "mfcc") return cepstrum(node.attrs, frame);
  if (op == "sliding_stats") return stats(frame, window);
  std::vector<double> out;
  double sum = 0;
  for (std::size_t i = 0; i < window; ++i) {
    sum += std::fabs(frame[i]);
    const double angle = std::numbers::pi * static_cast<double>(i) / static_cast<double>(window);
    if (op == "frame")
      out.push_back(node.attrs.text("taper") == "hann" ? frame[i] * std::pow(std::sin(angle), 2) : frame[i]);
  }
  return op == "frame" ? out : std::vector<double>{sum / static_cast<double>(window)};
}

}  // namespace

bool is_signal_operator(const OpDef& op) {
  return op.quant == QuantRule::signal || op.quant == QuantRule::signal_filter;
}

std::vector<double> exact_signal(const Node& node, const Shape& shape, const std::vector<double>& signal) {
  const Attributes& attrs = node.attrs;
  const std::size_t samples = signal.size() / static_cast<std::size_t>(shape[0]);
  if (node.op->name == "biquad") {
    std::vector<double> out;
    for (std::size_t first = 0; first < signal.size(); first += samples) {
      const auto begin = signal.begin() + static_cast<std::ptrdiff_t>(first);
      for (const double y : biquad(attrs, {begin, begin + static_cast<std::ptrdiff_t>(samples)})) out.push_back(y);
    }
    return out;
  }
  if (node.op->name == "taper" || node.op->name == "rfft") return of_frames(node, shape, signal);
  const auto window = static_cast<std::size_t>(attrs.integer("window"));
  const auto stride = static_cast<std::size_t>(attrs.integer("stride"));
  std::vector<double> out;
  for (std::size_t n = 0; n < static_cast<std::size_t>(shape[0]); ++n)
    for (std::size_t first = 0; first + window <= samples; first += stride) {
      const std::vector<double> features = of_frame(node, signal.data() + n * samples + first, window);
      out.insert(out.end(), features.begin(), features.end());
    }
  return out;
}

}  // namespace mote::testing
