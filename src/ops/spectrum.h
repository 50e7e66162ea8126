// What the operators on signals share: frames, Hann window, mel filter bank, and the tables of their fixed-point forms.
// Where it stands: log_mel, mfcc and power_spectrum use it, and src/kernels packs the same tables for the chip.
// Sources: Hann window and power spectrum as usual; mel scale 1127 ln(1 + f / 700) with triangles that are linear in
// mel (as in HTK), or in Hz.
#pragma once

#include <complex>
#include <cstdint>
#include <functional>
#include <vector>

#include "ir/op_def.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// A signal [N, ...] of T samples each, cut into frames of `window` samples, `stride` apart, transformed with `fft`
/// points (zeros behind the window).
struct FrameSpec {
  std::int32_t batches = 1;
  std::int32_t samples = 0;  ///< T
  std::int32_t window = 0, stride = 0, fft = 0;
  std::int32_t frames = 0;
  std::int32_t bins() const { return fft / 2 + 1; }
};

inline constexpr std::int64_t kMaxFft = 4096;
inline constexpr AttrDef kWindowAttr = {"window", AttrKind::integer, 1, kMaxFft};
inline constexpr AttrDef kStrideAttr = {"stride", AttrKind::integer, 1, 1 << 24};
inline constexpr AttrDef kFftAttr = {"fft", AttrKind::integer, 16, kMaxFft};
inline constexpr AttrDef kBandsAttr = {"bands", AttrKind::integer, 1, 256};
inline constexpr AttrDef kRateAttr = {"rate_hz", AttrKind::real};
inline constexpr AttrDef kLowAttr = {"low_hz", AttrKind::real};
inline constexpr AttrDef kHighAttr = {"high_hz", AttrKind::real};
/// How the bands lie: evenly on the mel scale, or evenly in Hz (band powers).
inline constexpr AttrDef kScaleAttr = {"scale", AttrKind::text, 0, 0, "mel|linear"};
inline constexpr AttrDef kFloorAttr = {"floor", AttrKind::real};

/// Reads and checks window, stride and fft against input 0: float32, or int16 of zero point 0. BadInput or Unsupported.
Result<FrameSpec> frame_spec(const Graph& graph, const Node& node);
/// The same of a verified node.
FrameSpec frame_spec(const Tensor& signal, const Attributes& attrs);

/// Whether `fft` points hold a window: BadInput if not, or if they are no power of two.
Result<void> want_fft(std::int32_t fft, std::int32_t window);

/// Calls `use` with the index of the first sample of every frame, in order.
template <typename Use>
void for_each_frame(const FrameSpec& spec, const Use& use) {
  for (std::int32_t n = 0; n < spec.batches; ++n)
    for (std::int32_t f = 0; f < spec.frames; ++f) use(std::int64_t{n} * spec.samples + std::int64_t{f} * spec.stride);
}

/// 0.5 - 0.5 cos(2 pi i / window).
std::vector<double> hann_window(std::int32_t window);

/// Triangles side by side: between two centres every bin adds `rise` to the right one and 1 - rise to the left one.
struct MelBank {
  std::int32_t bands = 0;
  std::vector<std::int32_t> edges;  ///< bands + 2: bins edges[j] .. edges[j + 1] - 1 lie in segment j, left of centre j
  std::vector<double> rise;         ///< of bins edges.front() .. edges.back() - 1

  /// Weight of a bin in a band.
  double weight(std::int32_t bin, std::int32_t band) const;
};
/// BadInput: frequencies out of order or above half the rate, or a band that no bin falls into.
Result<MelBank> mel_bank(const Attributes& attrs, std::int32_t fft);

/// X_k / fft of one frame times `window`, k = 0 .. fft / 2, in double precision.
std::vector<std::complex<double>> spectrum_of(const float* frame, const std::vector<double>& window, std::int32_t fft);

/// Power of one frame, |X_k / fft|^2 for k = 0 .. fft / 2, in double precision. `frame` has window.size() samples.
void power_spectrum_of(const float* frame, const std::vector<double>& window, std::int32_t fft,
                       std::vector<double>& power);

/// Calls `use` with the powers of every frame under a Hann window, in order.
void for_each_frame_power(const FrameSpec& spec, const float* x,
                          const std::function<void(const std::vector<double>&)>& use);
/// Powers of the bins by their weights in a band.
double band_energy(const MelBank& bank, std::int32_t band, const std::vector<double>& power);

/// Calls `use` with ln(band energy + floor) of every frame, in order.
void for_each_frame_log_mel(const FrameSpec& spec, const MelBank& bank, double floor, const float* x,
                            const std::function<void(const std::vector<double>&)>& use);

/// log2(1 + i / 64) in Q16, i = 0 .. 64 (the last rounded down to fit).
std::vector<std::uint16_t> log2_table();
/// Q15, at most 32767.
std::vector<std::int16_t> window_table(std::int32_t window);
/// sin(2 pi i / fft) in Q31, i = 0 .. 3 fft / 4 - 1; the cosine starts at fft / 4.
std::vector<std::int32_t> sine_table(std::int32_t fft);
/// MelBank::rise in Q15.
std::vector<std::uint16_t> rise_table(const MelBank& bank);
/// Type of an operator's features: float32 of a float signal, int8 (quantised per tensor, its scale no smaller than
/// `least`) of an int16 one.
Result<DType> feature_type(const Graph& graph, const Node& node, float least = 1e-4F);
/// The attribute `floor`: positive, and small enough for the fixed-point form.
Result<void> want_floor(const Attributes& attrs);
/// Products of one real FFT of radix 2.
std::int64_t fft_macs(std::int32_t fft);
/// Products of window, FFT (radix 2) and power of all frames.
std::int64_t spectrum_macs(const Graph& graph, const Node& node);

/// From steps of 2^-23 to steps of the output of sliding_stats.
QuantizedMultiplier stats_multiplier(const Tensor& out);
/// From log2 in Q16 to steps of an output that holds natural logarithms, and the int8 of one value.
QuantizedMultiplier log2_multiplier(const Tensor& out);
std::int8_t requantize_feature(std::int32_t value, QuantizedMultiplier multiplier, const Tensor& out);

/// `floor` in units of 2^-75, the fixed-point form's smallest energy: mantissa * 2^shift.
struct PowerFloor {
  std::int32_t mantissa = 0, shift = 0;
  std::uint64_t units() const { return static_cast<std::uint64_t>(mantissa) << shift; }
};
PowerFloor power_floor(double floor);

}  // namespace mote::ops
