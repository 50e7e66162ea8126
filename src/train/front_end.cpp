// See front_end.h.
#include "train/front_end.h"

#include <bit>
#include <cmath>

namespace mote {

Result<TensorId> add_front_end(GraphBuilder& builder, TensorId x, const FrontEndSpec& spec, double rate_hz) {
  if (spec.type == "none") return x;
  if (rate_hz <= 0) return bad_input("needs the signal's rate; set data.rate_hz", "front_end");
  if (element_count(builder.shape(x)) != builder.shape(x)[1])
    return bad_input("takes a signal of one channel", "front_end");
  const auto window = spec.window > 0 ? spec.window : static_cast<std::int32_t>(std::lround(0.032 * rate_hz));
  const auto stride = spec.stride > 0 ? spec.stride : std::max(1, window / 2);
  Attributes attrs;
  attrs.set("window", std::int64_t{window});
  attrs.set("stride", std::int64_t{stride});
  attrs.set("fft", spec.fft > 0 ? std::int64_t{spec.fft}
                                : std::max<std::int64_t>(16, std::bit_ceil(static_cast<std::uint32_t>(window))));
  attrs.set("bands", std::int64_t{spec.bands});
  attrs.set("rate_hz", rate_hz);
  attrs.set("low_hz", spec.low_hz);
  attrs.set("high_hz", spec.high_hz > 0 ? spec.high_hz : rate_hz / 2);
  attrs.set("floor", spec.floor);
  auto features = builder.apply(spec.type, spec.type, x, attrs);
  if (!features) return std::move(features).error().at("front_end");
  if (spec.normalise == "none") return *features;
  Attributes how;
  how.set("over", spec.normalise);
  how.set("deviation", std::int64_t{spec.deviation ? 1 : 0});
  return builder.apply("normalise", "normalise", *features, how);
}

}  // namespace mote
