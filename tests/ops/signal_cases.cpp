// Cases of the operators on signals and features. See cases.h.
#include <cmath>
#include <cstring>

#include "ops/ops.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

constexpr QuantParams kSignal{1.0F / 32768.0F, 0};

struct Bands {
  const char* name;
  Shape in;
  std::int64_t window, stride, fft, bands;
  double rate = 8000, low = 60, high = 4000, floor = 1e-9;
  const char* signal = "noise";
  const char* scale = "mel";
  std::int64_t coefficients = 0;  // mfcc
};

const std::vector<Bands>& log_mel_rows() {
  static const std::vector<Bands> rows = {
      {.name = "speech", .in = {1, 1000, 1, 1}, .window = 256, .stride = 160, .fft = 256, .bands = 24},
      {.name = "one_frame", .in = {1, 64}, .window = 64, .stride = 1, .fft = 64, .bands = 8},
      {.name = "padded_window", .in = {1, 300}, .window = 100, .stride = 77, .fft = 256, .bands = 12},
      {.name = "odd_window", .in = {1, 100}, .window = 31, .stride = 13, .fft = 32, .bands = 5},
      {.name = "smallest_fft", .in = {1, 40}, .window = 16, .stride = 8, .fft = 16, .bands = 1},
      {.name = "batch_of_two", .in = {2, 200}, .window = 64, .stride = 40, .fft = 64, .bands = 6},
      {.name = "features_longer_than_stride", .in = {1, 140}, .window = 128, .stride = 3, .fft = 128, .bands = 9},
      {.name = "wide_band",
       .in = {1, 700},
       .window = 512,
       .stride = 100,
       .fft = 512,
       .bands = 40,
       .rate = 16000,
       .high = 8000},
      {.name = "silence", .in = {1, 300}, .window = 128, .stride = 64, .fft = 128, .bands = 8, .signal = "silence"},
      {.name = "full_scale", .in = {1, 300}, .window = 128, .stride = 64, .fft = 128, .bands = 8, .signal = "square"},
      {.name = "faint", .in = {1, 300}, .window = 128, .stride = 64, .fft = 128, .bands = 8, .signal = "faint"},
      {.name = "tone",
       .in = {1, 600},
       .window = 256,
       .stride = 80,
       .fft = 256,
       .bands = 16,
       .floor = 1e-6,
       .signal = "tone"},
      {.name = "band_powers",
       .in = {1, 400},
       .window = 200,
       .stride = 50,
       .fft = 256,
       .bands = 10,
       .low = 100,
       .scale = "linear"},
      {.name = "cepstrum", .in = {1, 800}, .window = 256, .stride = 128, .fft = 256, .bands = 20, .coefficients = 10},
      {.name = "whole_cepstrum", .in = {1, 140}, .window = 128, .stride = 3, .fft = 128, .bands = 9, .coefficients = 9},
      {.name = "from_zero_hz", .in = {1, 300}, .window = 256, .stride = 30, .fft = 256, .bands = 3, .low = 0},
  };
  return rows;
}

std::int16_t sample(const std::string& kind, std::size_t i, std::int16_t noise) {
  const auto t = static_cast<double>(i);
  if (kind == "silence") return 0;
  if (kind == "square") return i / 16 % 2 == 0 ? std::int16_t{-32768} : std::int16_t{32767};
  if (kind == "faint") return static_cast<std::int16_t>(noise / 16384);
  if (kind == "tone") return static_cast<std::int16_t>(std::lround(20000 * std::sin(0.7 * t)));
  return noise;
}

/// The noise that CaseMaker made, turned into another signal; floats get the same samples.
void set_signal(OpCase& test, const std::string& kind) {
  const bool integer = test.graph.tensors[0].type == DType::i16;
  Bytes& bytes = test.inputs[0];
  const std::size_t count = bytes.size() / (integer ? 2 : 4);
  for (std::size_t i = 0; i < count; ++i) {
    if (integer) {
      std::int16_t v = 0;
      std::memcpy(&v, bytes.data() + 2 * i, 2);
      v = sample(kind, i, v);
      std::memcpy(bytes.data() + 2 * i, &v, 2);
    } else {
      float v = 0;
      std::memcpy(&v, bytes.data() + 4 * i, 4);
      v = static_cast<float>(sample(kind, i, static_cast<std::int16_t>(v * 8191.0F))) / 32768.0F;
      std::memcpy(bytes.data() + 4 * i, &v, 4);
    }
  }
}

OpCase log_mel_case(const Bands& r, DType type) {
  const OpDef& op = r.coefficients > 0 ? ops::mfcc : ops::log_mel;
  CaseMaker maker(std::string(op.name) + (type == DType::i16 ? "_s16_" : "_f32_") + r.name, op, 77);
  maker.attr("scale", std::string(r.scale));
  if (r.coefficients > 0) maker.attr("coefficients", r.coefficients);
  maker.attr("window", r.window).attr("stride", r.stride).attr("fft", r.fft).attr("bands", r.bands);
  maker.attr("rate_hz", r.rate).attr("low_hz", r.low).attr("high_hz", r.high).attr("floor", r.floor);
  OpCase test = maker.input(type, r.in, kSignal)
                    .output_quant({r.coefficients > 0 ? 0.4F : 0.09F, r.coefficients > 0 ? 20 : 127})
                    .make(type == DType::i16 ? DType::i8 : type);
  set_signal(test, r.signal);
  return test;
}

/// power_spectrum and band_powers: what log_mel has before its logarithm.
OpCase power_case(const Bands& r, const OpDef& op, QuantParams out, DType type) {
  CaseMaker maker(std::string(op.name) + (type == DType::i16 ? "_s16_" : "_f32_") + r.name, op, 78);
  maker.attr("window", r.window).attr("stride", r.stride).attr("fft", r.fft);
  if (&op == &ops::band_powers) {
    maker.attr("scale", std::string(r.scale)).attr("bands", r.bands);
    maker.attr("rate_hz", r.rate).attr("low_hz", r.low).attr("high_hz", r.high);
  }
  OpCase test = maker.input(type, r.in, kSignal).output_quant(out).make(type == DType::i16 ? DType::i8 : type);
  set_signal(test, r.signal);
  return test;
}

OpCase taper_case(const char* window, const Shape& in, DType type) {
  CaseMaker maker(std::string("taper") + (type == DType::i16 ? "_s16_" : "_f32_") + window, ops::taper, 15);
  return maker.attr("window", std::string(window)).input(type, in, kSignal).output_quant(kSignal).make();
}

OpCase rfft_case(const char* name, const Shape& in, std::int64_t fft, DType type) {
  CaseMaker maker(std::string("rfft") + (type == DType::i16 ? "_s16_" : "_f32_") + name, ops::rfft, 16);
  return maker.attr("fft", fft).input(type, in, kSignal).output_quant(kSignal).make();
}

OpCase biquad_case(const char* name, const Shape& in, const std::vector<double>& c, DType type) {
  CaseMaker maker(std::string("biquad") + (type == DType::i16 ? "_s16_" : "_f32_") + name, ops::biquad, 12);
  maker.attr("b0", c[0]).attr("b1", c[1]).attr("b2", c[2]).attr("a1", c[3]).attr("a2", c[4]);
  return maker.input(type, in, kSignal).output_quant(kSignal).make();
}

OpCase walk_case(const char* name, const OpDef& op, const Shape& in, std::int64_t window, std::int64_t stride,
                 DType type, const char* taper = nullptr) {
  CaseMaker maker(std::string(op.name) + (type == DType::i16 ? "_s16_" : "_f32_") + name, op, 13);
  maker.attr("window", window).attr("stride", stride);
  if (taper != nullptr) maker.attr("taper", std::string(taper));
  const bool features = op.quant == QuantRule::signal;
  maker.input(type, in, kSignal).output_quant(features ? QuantParams{0.008F, 5} : kSignal);
  return maker.make(type == DType::i16 && features ? DType::i8 : type);
}

std::string tag(DType type) { return type == DType::i8 ? "_s8_" : type == DType::i16 ? "_s16_" : "_f32_"; }

OpCase resize_case(const char* name, const Shape& in, std::int64_t height, std::int64_t width, DType type) {
  CaseMaker maker("resize_image" + tag(type) + name, ops::resize_image, 14);
  const QuantParams quant{0.1F, 7};
  return maker.attr("height", height).attr("width", width).input(type, in, quant).output_quant(quant).make();
}

OpCase normalise_case(const char* name, const Shape& in, const char* over, bool deviation, DType type, QuantParams q,
                      QuantParams out) {
  CaseMaker maker("normalise" + tag(type) + name, ops::normalise, 31);
  if (type == DType::i16) q = {q.scale / 256, 0}, out = {out.scale / 256, 0};
  maker.attr("over", std::string(over)).attr("deviation", std::int64_t{deviation ? 1 : 0});
  return maker.input(type, in, q).output_quant(out).make();
}

}  // namespace

std::vector<OpCase> signal_cases() {
  std::vector<OpCase> cases;
  for (const DType type : {DType::i16, DType::f32}) {
    for (const Bands& row : log_mel_rows()) cases.push_back(log_mel_case(row, type));
    for (const Bands& row : log_mel_rows()) {
      if (row.coefficients > 0) continue;
      const bool faint = std::string_view(row.signal) == "faint";
      const float step = faint ? 2e-12F : 4e-5F;
      cases.push_back(power_case(row, ops::power_spectrum, {step, -128}, type));
      cases.push_back(power_case(row, ops::band_powers, {faint ? step : 4e-4F, -100}, type));
    }
    cases.push_back(taper_case("hann", {1, 3, 20, 1}, type));
    cases.push_back(taper_case("hamming", {2, 2, 15, 1}, type));
    cases.push_back(taper_case("blackman", {1, 2, 9, 2}, type));
    cases.push_back(rfft_case("of_two", {2, 2, 32, 1}, 32, type));
    cases.push_back(rfft_case("padded", {1, 2, 50, 1}, 64, type));
    cases.push_back(rfft_case("longest_here", {1, 1, 512, 1}, 512, type));
    cases.push_back(biquad_case("low_pass", {1, 200, 1, 1}, {0.0675, 0.1349, 0.0675, -1.143, 0.4128}, type));
    cases.push_back(biquad_case("high_pass_of_two", {2, 100}, {0.9, -1.8, 0.9, -1.79, 0.81}, type));
    cases.push_back(biquad_case("saturating", {1, 100}, {3.5, 0, 0, 0, 0}, type));
    cases.push_back(walk_case("usual", ops::envelope, {1, 300, 1, 1}, 32, 16, type));
    cases.push_back(walk_case("of_two", ops::envelope, {2, 50}, 7, 3, type));
    cases.push_back(walk_case("one_sample", ops::envelope, {1, 40}, 1, 1, type));
    cases.push_back(walk_case("usual", ops::sliding_stats, {1, 300}, 40, 20, type));
    cases.push_back(walk_case("dense_of_two", ops::sliding_stats, {2, 60}, 50, 1, type));
    cases.push_back(walk_case("hann", ops::frame, {1, 100}, 32, 16, type, "hann"));
    cases.push_back(walk_case("plain_of_two", ops::frame, {2, 30}, 10, 7, type, "none"));
  }
  for (const DType type : {DType::i8, DType::i16, DType::f32}) {
    const QuantParams in{0.08F, -20};
    if (type != DType::i16) {
      cases.push_back(resize_case("smaller", {1, 12, 10, 3}, 5, 7, type));
      cases.push_back(resize_case("larger", {2, 3, 4, 1}, 9, 8, type));
      cases.push_back(resize_case("same", {1, 4, 5, 2}, 4, 5, type));
      cases.push_back(resize_case("one_pixel", {1, 1, 1, 4}, 3, 2, type));
    }
    cases.push_back(normalise_case("rows", {1, 20, 7, 1}, "rows", false, type, in, {0.1F, 3}));
    cases.push_back(normalise_case("rows_of_two", {2, 9, 2, 3}, "rows", false, type, in, {0.05F, -128}));
    cases.push_back(normalise_case("one_row", {1, 1, 5, 1}, "rows", false, type, in, {0.1F, 3}));
    cases.push_back(normalise_case("all", {1, 12, 6, 2}, "all", false, type, in, {0.1F, 3}));
    cases.push_back(normalise_case("all_deviation", {1, 12, 6, 2}, "all", true, type, in, {0.03F, 3}));
    cases.push_back(normalise_case("rows_deviation", {1, 30, 4, 1}, "rows", true, type, in, {0.02F, 0}));
    cases.push_back(normalise_case("constant_deviation", {1, 1, 4, 1}, "rows", true, type, in, {0.02F, 7}));
    cases.push_back(normalise_case("batches", {3, 40}, "all", true, type, {0.002F, 100}, {0.03F, 3}));
  }
  return cases;
}

}  // namespace mote::testing
