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
      {.name = "wide_band", .in = {1, 700}, .window = 512, .stride = 100, .fft = 512, .bands = 40, .rate = 16000, .high = 8000},
      {.name = "silence", .in = {1, 300}, .window = 128, .stride = 64, .fft = 128, .bands = 8, .signal = "silence"},
      {.name = "full_scale", .in = {1, 300}, .window = 128, .stride = 64, .fft = 128, .bands = 8, .signal = "square"},
      {.name = "faint", .in = {1, 300}, .window = 128, .stride = 64, .fft = 128, .bands = 8, .signal = "faint"},
      {.name = "tone", .in = {1, 600}, .window = 256, .stride = 80, .fft = 256, .bands = 16, .floor = 1e-6, .signal = "tone"},
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
  CaseMaker maker(std::string("log_mel_") + (type == DType::i16 ? "s16_" : "f32_") + r.name, ops::log_mel, 77);
  maker.attr("window", r.window).attr("stride", r.stride).attr("fft", r.fft).attr("bands", r.bands);
  maker.attr("rate_hz", r.rate).attr("low_hz", r.low).attr("high_hz", r.high).attr("floor", r.floor);
  OpCase test = maker.input(type, r.in, kSignal).output_quant({0.09F, 127}).make(type == DType::i16 ? DType::i8 : type);
  set_signal(test, r.signal);
  return test;
}

OpCase normalise_case(const char* name, const Shape& in, const char* over, bool deviation, DType type, QuantParams q,
                      QuantParams out) {
  CaseMaker maker(std::string("normalise") + (type == DType::i8 ? "_s8_" : "_f32_") + name, ops::normalise, 31);
  maker.attr("over", std::string(over)).attr("deviation", std::int64_t{deviation ? 1 : 0});
  return maker.input(type, in, q).output_quant(out).make();
}

}  // namespace

std::vector<OpCase> signal_cases() {
  std::vector<OpCase> cases;
  for (const DType type : {DType::i16, DType::f32})
    for (const Bands& row : log_mel_rows()) cases.push_back(log_mel_case(row, type));
  for (const DType type : {DType::i8, DType::f32}) {
    const QuantParams in{0.08F, -20};
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
