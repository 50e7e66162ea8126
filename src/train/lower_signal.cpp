// Lowerings of the operators on signals: frames by a strided view, LibTorch's FFT, the filter bank as one matrix.
// See torch_graph.h; the operators' meaning stands in src/ops.
#include "ops/mfcc.h"
#include "ops/normalise.h"
#include "ops/signal.h"
#include "ops/spectrum.h"
#include "ops/taper.h"
#include "train/torch_graph.h"

namespace mote {
namespace {

at::Tensor to_tensor(const std::vector<double>& values) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kDouble);
  std::copy(values.begin(), values.end(), tensor.data_ptr<double>());
  return tensor;
}

/// |X / fft|^2 of every frame: [examples, frames, bins], double precision, since a logarithm follows.
at::Tensor power_of_frames(const at::Tensor& x, const ops::FrameSpec& spec) {
  const at::Tensor frames = x.reshape({-1, spec.samples}).unfold(1, spec.window, spec.stride);
  const at::Tensor tapered = frames.to(at::kDouble) * (to_tensor(ops::hann_window(spec.window)) / spec.fft);
  const at::Tensor spectrum = at::view_as_real(at::fft_rfft(tapered, spec.fft));
  return spectrum.square().sum(-1);
}

at::Tensor bank_matrix(const ops::MelBank& bank, std::int32_t bins) {
  at::Tensor matrix = at::zeros({bins, bank.bands}, at::kDouble);
  for (std::int32_t k = 0; k < bins; ++k)
    for (std::int32_t band = 0; band < bank.bands; ++band)
      matrix.data_ptr<double>()[k * bank.bands + band] = bank.weight(k, band);
  return matrix;
}

}  // namespace

namespace {

/// Band energies: [examples, frames, bands], double precision.
at::Tensor energies(const LowerContext& context) {
  const Attributes& attrs = context.node.attrs;
  const ops::FrameSpec spec = ops::frame_spec(context.graph.tensor(context.node.inputs[0]), attrs);
  const ops::MelBank bank = *ops::mel_bank(attrs, spec.fft);
  return at::matmul(power_of_frames(context.inputs[0], spec), bank_matrix(bank, spec.bins()));
}

at::Tensor log_bands(const LowerContext& context) {
  return at::log(energies(context) + context.node.attrs.real("floor"));
}

/// [examples, frames, window]
at::Tensor walk(const LowerContext& context) {
  const ops::WalkSpec spec = ops::walk_spec(context.graph.tensor(context.node.inputs[0]), context.node.attrs);
  return context.inputs[0].reshape({-1, spec.samples}).unfold(1, spec.window, spec.stride);
}

}  // namespace

at::Tensor lower_log_mel(const LowerContext& context) { return log_bands(context).to(at::kFloat).unsqueeze(-1); }

at::Tensor lower_band_powers(const LowerContext& context) { return energies(context).to(at::kFloat).unsqueeze(-1); }

at::Tensor lower_power_spectrum(const LowerContext& context) {
  const ops::FrameSpec spec = ops::frame_spec(context.graph.tensor(context.node.inputs[0]), context.node.attrs);
  return power_of_frames(context.inputs[0], spec).to(at::kFloat).unsqueeze(-1);
}

/// [examples, frames, window, 1] -> [examples, frames, bins, 2]
at::Tensor lower_rfft(const LowerContext& context) {
  const auto fft = context.node.attrs.integer("fft");
  const at::Tensor frames = context.inputs[0].squeeze(-1).to(at::kDouble) / static_cast<double>(fft);
  return at::view_as_real(at::fft_rfft(frames, fft)).to(at::kFloat);
}

at::Tensor lower_taper(const LowerContext& context) {
  const at::Tensor& x = context.inputs[0];
  const auto length = static_cast<std::int32_t>(x.size(2));
  const at::Tensor window = to_tensor(ops::window_function(context.node.attrs.text("window"), length));
  return x * window.to(at::kFloat).reshape({1, 1, length, 1});
}

at::Tensor lower_mfcc(const LowerContext& context) {
  const Attributes& attrs = context.node.attrs;
  const auto bands = attrs.integer("bands");
  const auto count = attrs.integer("coefficients");
  const at::Tensor cosines =
      to_tensor(ops::dct_matrix(static_cast<std::int32_t>(bands), static_cast<std::int32_t>(count)))
          .reshape({count, bands});
  return at::matmul(log_bands(context), cosines.t()).to(at::kFloat).unsqueeze(-1);
}

/// A recursion along time: in plain loops, since LibTorch has none; nothing learns before it.
at::Tensor lower_biquad(const LowerContext& context) {
  const Attributes& c = context.node.attrs;
  const double b0 = c.real("b0"), b1 = c.real("b1"), b2 = c.real("b2"), a1 = c.real("a1"), a2 = c.real("a2");
  const auto samples = ops::signal_spec(context.graph.tensor(context.node.inputs[0])).samples;
  const at::Tensor x = context.inputs[0].contiguous();
  at::Tensor y = at::empty_like(x);
  const float* in = x.data_ptr<float>();
  float* out = y.data_ptr<float>();
  for (std::int64_t n = 0; n < x.numel() / samples; ++n) {
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (std::int32_t i = 0; i < samples; ++i) {
      const auto x0 = static_cast<double>(*in++);
      const double y0 = b0 * x0 + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
      *out++ = static_cast<float>(y0);
      x2 = x1;
      x1 = x0;
      y2 = y1;
      y1 = y0;
    }
  }
  return y;
}

at::Tensor lower_envelope(const LowerContext& context) {
  return walk(context).abs().mean(-1).unsqueeze(-1).unsqueeze(-1);
}

at::Tensor lower_frame(const LowerContext& context) {
  const at::Tensor frames = walk(context);
  if (context.node.attrs.text("taper") == "none") return frames.unsqueeze(-1);
  const auto window = static_cast<std::int32_t>(context.node.attrs.integer("window"));
  return (frames * to_tensor(ops::hann_window(window)).to(at::kFloat)).unsqueeze(-1);
}

at::Tensor lower_sliding_stats(const LowerContext& context) {
  const at::Tensor frames = walk(context);
  const at::Tensor deviation = at::std(frames, std::vector<std::int64_t>{-1}, false);
  return at::stack({frames.mean(-1), deviation, frames.amin(-1), frames.amax(-1)}, -1).unsqueeze(-1);
}

at::Tensor lower_resize_image(const LowerContext& context) {
  const std::vector<std::int64_t> size = {context.node.attrs.integer("height"), context.node.attrs.integer("width")};
  return at::upsample_bilinear2d(context.inputs[0].permute({0, 3, 1, 2}), size, false).permute({0, 2, 3, 1});
}

at::Tensor lower_normalise(const LowerContext& context) {
  const at::Tensor& x = context.inputs[0];
  std::vector<std::int64_t> axes{1};
  if (context.node.attrs.text("over") == "all")
    for (std::int64_t axis = 2; axis < x.dim(); ++axis) axes.push_back(axis);
  const at::Tensor centred = x - x.mean(axes, true);
  if (context.node.attrs.integer("deviation") == 0) return centred;
  return centred * at::rsqrt(centred.square().mean(axes, true) + ops::kNormaliseEpsilon);
}

}  // namespace mote
