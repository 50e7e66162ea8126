// Lowerings of the operators on signals: frames by a strided view, LibTorch's FFT, the filter bank as one matrix.
// See torch_graph.h; the operators' meaning stands in src/ops.
#include "ops/normalise.h"
#include "ops/spectrum.h"
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

at::Tensor lower_log_mel(const LowerContext& context) {
  const Attributes& attrs = context.node.attrs;
  const ops::FrameSpec spec = ops::frame_spec(context.graph.tensor(context.node.inputs[0]), attrs);
  const ops::MelBank bank = *ops::mel_bank(attrs, spec.fft);
  const at::Tensor energy = at::matmul(power_of_frames(context.inputs[0], spec), bank_matrix(bank, spec.bins()));
  return at::log(energy + attrs.real("floor")).to(at::kFloat).unsqueeze(-1);
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
