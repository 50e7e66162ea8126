// See front_end.h. Filters after Bristow-Johnson's cookbook of biquads.
#include "train/front_end.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace mote {
namespace {

Result<Attributes> biquad_of(const FrontEndSpec::Filter& filter, double rate_hz) {
  if (!(filter.hz > 0 && filter.hz < rate_hz / 2)) return bad_input("hz must lie between 0 and half the rate");
  const double angle = 2 * std::numbers::pi * filter.hz / rate_hz;
  const double alpha = std::sin(angle) / (2 * filter.q);
  const double c = std::cos(angle);
  const double a0 = 1 + alpha;
  const bool high = filter.type == "high_pass";
  const bool band = filter.type == "band_pass";
  const double edge = band ? alpha : (high ? 1 + c : 1 - c) / 2;
  Attributes attrs;
  attrs.set("b0", edge / a0);
  attrs.set("b1", band ? 0.0 : (high ? -2 : 2) * edge / a0);
  attrs.set("b2", (band ? -edge : edge) / a0);
  attrs.set("a1", -2 * c / a0);
  attrs.set("a2", (1 - alpha) / a0);
  return attrs;
}

std::int64_t fft_of(const FrontEndSpec& spec, std::int32_t window) {
  if (spec.fft > 0) return spec.fft;
  return std::max<std::int64_t>(16, std::bit_ceil(static_cast<std::uint32_t>(window)));
}

void set_bands(Attributes& attrs, const FrontEndSpec& spec, double rate_hz) {
  attrs.set("bands", std::int64_t{spec.bands});
  attrs.set("scale", spec.scale);
  attrs.set("rate_hz", rate_hz);
  attrs.set("low_hz", spec.low_hz);
  attrs.set("high_hz", spec.high_hz > 0 ? spec.high_hz : rate_hz / 2);
  if (spec.type != "band_powers") attrs.set("floor", spec.floor);
}

/// Appends one filter; an envelope lowers the rate.
Result<TensorId> add_filter(GraphBuilder& builder, TensorId x, const FrontEndSpec::Filter& filter, double& rate_hz) {
  if (filter.type == "envelope") {
    Attributes attrs;
    attrs.set("window", std::int64_t{filter.window});
    attrs.set("stride", std::int64_t{filter.stride});
    rate_hz /= filter.stride;
    return builder.apply("envelope", "envelope", x, attrs);
  }
  MOTE_TRY(const Attributes attrs, biquad_of(filter, rate_hz));
  return builder.apply("biquad", filter.type, x, attrs);
}

}  // namespace

Result<TensorId> add_front_end(GraphBuilder& builder, TensorId x, const FrontEndSpec& spec, double rate_hz) {
  if (spec.type == "none") return x;
  if (rate_hz <= 0) return bad_input("needs the signal's rate; set data.rate_hz", "front_end");
  if (element_count(builder.shape(x)) != std::int64_t{builder.shape(x)[0]} * builder.shape(x)[1])
    return bad_input("takes a signal of one channel", "front_end");
  for (std::size_t i = 0; i < spec.filters.size(); ++i) {
    auto filtered = add_filter(builder, x, spec.filters[i], rate_hz);
    if (!filtered) return std::move(filtered).error().at("front_end.filters[" + std::to_string(i) + "]");
    x = *filtered;
  }
  const auto window = spec.window > 0 ? spec.window : static_cast<std::int32_t>(std::lround(0.032 * rate_hz));
  const auto stride = spec.stride > 0 ? spec.stride : std::max(1, window / 2);
  Attributes attrs;
  attrs.set("window", std::int64_t{window});
  attrs.set("stride", std::int64_t{stride});
  if (spec.type == "mfcc") attrs.set("coefficients", std::int64_t{spec.coefficients});
  if (spec.type != "sliding_stats") attrs.set("fft", fft_of(spec, window));
  if (spec.type != "sliding_stats" && spec.type != "power_spectrum") set_bands(attrs, spec, rate_hz);
  auto features = builder.apply(spec.type, spec.type, x, attrs);
  if (!features) return std::move(features).error().at("front_end");
  if (spec.normalise == "none") return *features;
  Attributes how;
  how.set("over", spec.normalise);
  how.set("deviation", std::int64_t{spec.deviation ? 1 : 0});
  return builder.apply("normalise", "normalise", *features, how);
}

}  // namespace mote
