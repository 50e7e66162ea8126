// The bounds that the fixed-point forms of log_mel, power_spectrum, band_powers and rfft state, on signals of many
// levels and shapes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/ops.h"
#include "ops/power.h"
#include "ops/spectrum_fixed.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

Attributes bands(std::int64_t count, const char* scale) {
  Attributes attrs;
  attrs.set("bands", count);
  attrs.set("rate_hz", 16000.0);
  attrs.set("low_hz", 100.0);
  attrs.set("high_hz", 8000.0);
  attrs.set("scale", std::string(scale));
  return attrs;
}

/// Noise and two tones; every signal has another level, down to a few steps.
std::vector<std::int16_t> signal(std::uint64_t seed, std::size_t count) {
  testing::Random random(seed);
  const double level = std::exp2(random.real(3.0F, 14.9F));
  const double tones = random.real(0, 1);
  const double first = random.real(0.02F, 3);
  const double second = random.real(0.02F, 3);
  std::vector<std::int16_t> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto t = static_cast<double>(i);
    const double wave = tones * (std::sin(first * t) + 0.01 * std::sin(second * t)) / 1.01;
    x[i] =
        static_cast<std::int16_t>(std::lround(level * (wave + (1 - tones) * static_cast<double>(random.real(-1, 1)))));
  }
  return x;
}

double largest_error(std::int32_t fft, std::uint64_t seed, const ops::MelBank& bank, double floor) {
  const std::vector<std::int16_t> x = signal(seed, static_cast<std::size_t>(fft));
  ops::FixedSpectrum spectrum(fft, fft);
  spectrum.transform(x.data());
  std::vector<std::int32_t> fixed;
  ops::fixed_log_mel(spectrum, bank, ops::rise_table(bank), ops::power_floor(floor).units(), ops::log2_table(), fixed);
  std::vector<float> real;
  for (const std::int16_t v : x) real.push_back(static_cast<float>(v) / 32768.0F);
  std::vector<double> power;
  ops::power_spectrum_of(real.data(), ops::hann_window(fft), fft, power);
  const double loudest = *std::max_element(power.begin(), power.end());
  double worst = 0;
  for (std::int32_t b = 0; b < bank.bands; ++b) {
    double energy = floor;
    for (std::int32_t k = 0; k <= fft / 2; ++k) energy += bank.weight(k, b) * power[static_cast<std::size_t>(k)];
    if (energy < 1e-6 * loudest) continue;
    const double got = fixed[static_cast<std::size_t>(b)] / 65536.0 * std::numbers::ln2;
    worst = std::max(worst, std::fabs(got - std::log(energy)));
  }
  return worst;
}

TEST(LogMel, FixedPointKeepsItsBound) {
  for (const std::int32_t fft : {64, 256, 512, 2048}) {
    const auto bank = ops::mel_bank(bands(fft == 64 ? 8 : 24, fft == 512 ? "linear" : "mel"), fft);
    ASSERT_TRUE(bank.ok()) << bank.error().to_string();
    double worst = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) worst = std::max(worst, largest_error(fft, seed, *bank, 1e-10));
    EXPECT_LT(worst, 0.005) << "fft " << fft;
    EXPECT_GT(worst, 0) << "it cannot be exact";
  }
}

/// Largest error of the powers of the bins, and of the bands, against the frame's loudest one.
std::pair<double, double> power_errors(std::int32_t fft, std::uint64_t seed, const ops::MelBank& bank) {
  const std::vector<std::int16_t> x = signal(seed, static_cast<std::size_t>(fft));
  std::vector<float> real;
  for (const std::int16_t v : x) real.push_back(static_cast<float>(v) / 32768.0F);
  std::vector<double> power;
  ops::power_spectrum_of(real.data(), ops::hann_window(fft), fft, power);
  ops::FixedSpectrum spectrum(fft, fft);
  spectrum.transform(x.data());
  double bins = 0;
  for (std::int32_t k = 0; k <= fft / 2; ++k)
    bins = std::max(
        bins, std::fabs(std::ldexp(spectrum.power(k), spectrum.exponent() - 60) - power[static_cast<std::size_t>(k)]));
  double bands = 0;
  double loudest = 0;
  std::int32_t b = 0;
  ops::for_each_band(spectrum, bank, ops::rise_table(bank), [&](std::uint64_t energy) {
    const double exact = ops::band_energy(bank, b++, power);
    loudest = std::max(loudest, exact);
    bands = std::max(bands, std::fabs(std::ldexp(static_cast<double>(energy), spectrum.exponent() - 75) - exact));
  });
  return {bins / *std::max_element(power.begin(), power.end()), bands / loudest};
}

TEST(PowerSpectrum, FixedPointKeepsItsBound) {
  for (const std::int32_t fft : {64, 256, 2048}) {
    const auto bank = ops::mel_bank(bands(8, "linear"), fft);
    ASSERT_TRUE(bank.ok()) << bank.error().to_string();
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      const auto [bins, sums] = power_errors(fft, seed, *bank);
      EXPECT_LT(bins, 4e-4) << "fft " << fft << ", seed " << seed;
      EXPECT_LT(sums, 4e-4) << "fft " << fft << ", seed " << seed;
      EXPECT_GT(bins, 0) << "it cannot be exact";
    }
  }
}

TEST(PowerSpectrum, StepsAreRoundedOnce) {
  testing::Random random(8);
  Tensor out;
  out.type = DType::i8;
  for (int i = 0; i < 20000; ++i) {
    out.quant = {{std::exp2(random.real(-39, 2))}, {-128}, 0};
    const ops::PowerScale scale = ops::power_scale(out);
    const std::uint64_t energy = random.bits() >> random.integer(0, 63);
    const auto exponent = static_cast<std::int32_t>(random.integer(-75, -43));
    const double exact = std::ldexp(static_cast<double>(energy), exponent) / static_cast<double>(out.quant.scale[0]);
    const double wanted = std::min(exact - 128, 127.0);
    EXPECT_NEAR(ops::energy_step(energy, exponent, scale, -128), wanted, 0.5001) << energy << " " << exponent;
  }
}

TEST(Rfft, FixedPointKeepsItsBound) {
  for (const std::int32_t fft : {16, 256, 4096})
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      const std::int32_t window = fft - static_cast<std::int32_t>(seed) % 3;
      const std::vector<std::int16_t> x = signal(seed, static_cast<std::size_t>(window));
      std::vector<float> real;
      for (const std::int16_t v : x) real.push_back(static_cast<float>(v) / 32768.0F);
      const auto exact = ops::spectrum_of(real.data(), std::vector<double>(static_cast<std::size_t>(window), 1.0), fft);
      ops::FixedSpectrum spectrum(window, fft, ops::FixedSpectrum::Taper::none);
      spectrum.transform(x.data());
      for (std::int32_t k = 0; k <= fft / 2; ++k) {
        const auto [re, im] = spectrum.bin(k);
        // In Q30; rfft rounds to Q15, and states 0.51 steps of those.
        EXPECT_NEAR(re, exact[static_cast<std::size_t>(k)].real() * 0x1p30, 0.01 * 32768) << fft << " bin " << k;
        EXPECT_NEAR(im, exact[static_cast<std::size_t>(k)].imag() * 0x1p30, 0.01 * 32768) << fft << " bin " << k;
      }
    }
}

TEST(LogMel, Log2KeepsItsBound) {
  const auto table = ops::log2_table();
  testing::Random random(4);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t v = (random.bits() >> random.integer(0, 63)) | 1;
    EXPECT_NEAR(ops::fixed_log2(v, table) / 65536.0, std::log2(static_cast<double>(v)), 1e-4) << v;
  }
}

}  // namespace
}  // namespace mote
