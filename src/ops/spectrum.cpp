// See spectrum.h.
#include "ops/spectrum.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "ops/operands.h"

namespace mote::ops {
namespace {

double mel(double hz) { return 1127.0 * std::log1p(hz / 700.0); }

/// In place, radix 2, size a power of two.
void fft_in_place(std::vector<std::complex<double>>& z) {
  const std::size_t n = z.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j |= bit;
    if (i < j) std::swap(z[i], z[j]);
  }
  for (std::size_t half = 1; half < n; half *= 2)
    for (std::size_t j = 0; j < half; ++j) {
      const auto w = std::polar(1.0, -std::numbers::pi * static_cast<double>(j) / static_cast<double>(half));
      for (std::size_t a = j; a < n; a += 2 * half) {
        const std::complex<double> t = w * z[a + half];
        z[a + half] = z[a] - t;
        z[a] += t;
      }
    }
}

}  // namespace

FrameSpec frame_spec(const Tensor& signal, const Attributes& attrs) {
  FrameSpec spec;
  spec.batches = signal.shape[0];
  spec.samples = static_cast<std::int32_t>(signal.elements() / spec.batches);
  spec.window = static_cast<std::int32_t>(attrs.integer("window"));
  spec.stride = static_cast<std::int32_t>(attrs.integer("stride"));
  spec.fft = static_cast<std::int32_t>(attrs.integer("fft"));
  spec.frames = spec.samples < spec.window ? 0 : (spec.samples - spec.window) / spec.stride + 1;
  return spec;
}

Result<FrameSpec> frame_spec(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  if (x.shape.size() < 2) return bad_input("its signal must be [N, samples]");
  if (x.type != DType::f32 && x.type != DType::i16)
    return unsupported(fmt::format("signal \"{}\" is {}; f32 and i16 are supported", x.name, dtype_name(x.type)));
  if (x.type == DType::i16) {
    MOTE_TRY_VOID(want_per_tensor(x, "signal"));
    if (zero_point_of(x) != 0 || std::fabs(scale_of(x) * 32768.0F - 1.0F) > 1e-5F)
      return unsupported("its int16 signal must have scale 1/32768 and zero point 0");
  }
  const FrameSpec spec = frame_spec(x, node.attrs);
  MOTE_TRY_VOID(want_fft(spec.fft, spec.window));
  if (spec.frames < 1)
    return bad_input(
        fmt::format("its signal of {} samples is shorter than one window of {}", spec.samples, spec.window));
  return spec;
}

Result<void> want_fft(std::int32_t fft, std::int32_t window) {
  if ((fft & (fft - 1)) != 0) return bad_input(fmt::format("fft = {} is not a power of two", fft));
  if (window > fft) return bad_input(fmt::format("window {} is longer than fft {}", window, fft));
  return {};
}

std::vector<double> hann_window(std::int32_t window) {
  std::vector<double> values(static_cast<std::size_t>(window));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(window));
  return values;
}

double MelBank::weight(std::int32_t bin, std::int32_t band) const {
  const auto b = static_cast<std::size_t>(band);
  if (bin < edges[b] || bin >= edges[b + 2]) return 0;
  const double r = rise[static_cast<std::size_t>(bin - edges.front())];
  return bin < edges[b + 1] ? r : 1 - r;
}

Result<MelBank> mel_bank(const Attributes& attrs, std::int32_t fft) {
  const double rate = attrs.real("rate_hz");
  const double low = attrs.real("low_hz");
  const double high = attrs.real("high_hz");
  if (!(rate > 0 && low >= 0 && high > low && high <= rate / 2))
    return bad_input(fmt::format("bands from {:g} to {:g} Hz do not fit a signal of {:g} Hz", low, high, rate));
  MelBank bank;
  bank.bands = static_cast<std::int32_t>(attrs.integer("bands"));
  const bool linear = attrs.text("scale") == "linear";
  const auto pitch = [&](double hz) { return linear ? hz : mel(hz); };
  const double width = (pitch(high) - pitch(low)) / (bank.bands + 1);
  const auto position = [&](std::int32_t bin) { return (pitch(bin * rate / fft) - pitch(low)) / width; };
  std::int32_t bin = 0;
  while (position(bin) < 0) ++bin;
  for (std::int32_t j = 0; j <= bank.bands; ++j) {
    bank.edges.push_back(bin);
    for (; bin <= fft / 2 && position(bin) < j + 1; ++bin) bank.rise.push_back(position(bin) - j);
  }
  bank.edges.push_back(bin);
  for (std::size_t band = 0; band < static_cast<std::size_t>(bank.bands); ++band)
    if (bank.edges[band] == bank.edges[band + 2])
      return bad_input(
          fmt::format("band {} of {} is narrower than the {:.3g} Hz of an fft of {}; fewer bands, a larger "
                      "fft or a higher low_hz would do",
                      band, bank.bands, rate / fft, fft));
  return bank;
}

std::vector<std::complex<double>> spectrum_of(const float* frame, const std::vector<double>& window, std::int32_t fft) {
  std::vector<std::complex<double>> z(static_cast<std::size_t>(fft));
  for (std::size_t i = 0; i < window.size(); ++i) z[i] = static_cast<double>(frame[i]) * window[i] / fft;
  fft_in_place(z);
  z.resize(z.size() / 2 + 1);
  return z;
}

void power_spectrum_of(const float* frame, const std::vector<double>& window, std::int32_t fft,
                       std::vector<double>& power) {
  power.clear();
  for (const std::complex<double>& bin : spectrum_of(frame, window, fft)) power.push_back(std::norm(bin));
}

void for_each_frame_power(const FrameSpec& spec, const float* x,
                          const std::function<void(const std::vector<double>&)>& use) {
  const std::vector<double> window = hann_window(spec.window);
  std::vector<double> power;
  for_each_frame(spec, [&](std::int64_t first) {
    power_spectrum_of(x + first, window, spec.fft, power);
    use(power);
  });
}

double band_energy(const MelBank& bank, std::int32_t band, const std::vector<double>& power) {
  double energy = 0;
  const auto b = static_cast<std::size_t>(band);
  for (std::int32_t k = bank.edges[b]; k < bank.edges[b + 2]; ++k)
    energy += bank.weight(k, band) * power[static_cast<std::size_t>(k)];
  return energy;
}

void for_each_frame_log_mel(const FrameSpec& spec, const MelBank& bank, double floor, const float* x,
                            const std::function<void(const std::vector<double>&)>& use) {
  std::vector<double> logs(static_cast<std::size_t>(bank.bands));
  for_each_frame_power(spec, x, [&](const std::vector<double>& power) {
    for (std::int32_t band = 0; band < bank.bands; ++band)
      logs[static_cast<std::size_t>(band)] = std::log(floor + band_energy(bank, band, power));
    use(logs);
  });
}

std::vector<std::uint16_t> log2_table() {
  std::vector<std::uint16_t> table(65);
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<std::uint16_t>(
        std::min(65535L, std::lround(65536.0 * std::log2(1.0 + static_cast<double>(i) / 64.0))));
  return table;
}

std::vector<std::int16_t> window_table(std::int32_t window) {
  std::vector<std::int16_t> table;
  for (const double w : hann_window(window))
    table.push_back(static_cast<std::int16_t>(std::min(32767L, std::lround(32768.0 * w))));
  return table;
}

std::vector<std::int32_t> sine_table(std::int32_t fft) {
  std::vector<std::int32_t> table(static_cast<std::size_t>(fft) * 3 / 4);
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double s = std::sin(2 * std::numbers::pi * static_cast<double>(i) / fft);
    table[i] = static_cast<std::int32_t>(std::clamp(std::round(s * 0x1p31), -0x1p31, 0x1p31 - 1));
  }
  return table;
}

std::vector<std::uint16_t> rise_table(const MelBank& bank) {
  std::vector<std::uint16_t> table;
  for (const double r : bank.rise)
    table.push_back(static_cast<std::uint16_t>(std::clamp(std::lround(32768.0 * r), 0L, 32767L)));
  return table;
}

Result<DType> feature_type(const Graph& graph, const Node& node, float least) {
  const Tensor& out = output(graph, node);
  if (input(graph, node, 0).type == DType::f32) return DType::f32;
  MOTE_TRY_VOID(want_type(out, DType::i8, "output"));
  MOTE_TRY_VOID(want_per_tensor(out, "output"));
  if (scale_of(out) < least) return unsupported(fmt::format("its int8 output has a scale below {:.2g}", least));
  return DType::i8;
}

Result<void> want_floor(const Attributes& attrs) {
  const double floor = attrs.real("floor");
  if (floor >= 0x1p-43 && floor <= 0x1p-13) return {};
  return bad_input(fmt::format("floor = {:g} must lie between 1.2e-13 and 1.2e-4", floor));
}

std::int64_t fft_macs(std::int32_t fft) {
  std::int64_t stages = 0;
  for (std::int32_t half = 1; half < fft / 2; half *= 2) ++stages;
  // Four products a butterfly, fft / 4 of them a stage; the same once more to split the bins.
  return std::int64_t{fft} * (stages + 1);
}

std::int64_t spectrum_macs(const Graph& graph, const Node& node) {
  const FrameSpec spec = frame_spec(input(graph, node, 0), node.attrs);
  const std::int64_t frame = spec.window + fft_macs(spec.fft) + 2 * std::int64_t{spec.bins()};  // two a bin for power
  return std::int64_t{spec.batches} * spec.frames * frame;
}

QuantizedMultiplier log2_multiplier(const Tensor& out) {
  return quantize_multiplier(std::numbers::ln2 / 65536.0 / static_cast<double>(scale_of(out)));
}

std::int8_t requantize_feature(std::int32_t value, QuantizedMultiplier multiplier, const Tensor& out) {
  const std::int32_t q = multiply_by_quantized_multiplier(value, multiplier) + zero_point_of(out);
  return static_cast<std::int8_t>(std::clamp(q, -128, 127));
}

PowerFloor power_floor(double floor) {
  int exponent = 0;
  const double fraction = std::frexp(floor, &exponent);  // 31 bits, so that it never rounds up to 1
  return {static_cast<std::int32_t>(fraction * 0x1p31), exponent + 75 - 31};
}

}  // namespace mote::ops
