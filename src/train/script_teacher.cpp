// See teacher.h: a teacher from a TorchScript file, as PyTorch's torch.jit.save writes it. LibTorch's exceptions stop
// here.
#include <fmt/format.h>
#include <torch/script.h>

#include <algorithm>
#include <memory>

#include "train/teacher.h"

namespace mote {
namespace {

/// The first line of what LibTorch says, without its stack.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// From Mote's [batch, T, 1, C] or [batch, H, W, C] to PyTorch's.
at::Tensor to_layout(const at::Tensor& inputs, bool series, bool channels_last) {
  const at::Tensor x = series ? inputs.squeeze(2) : inputs;
  if (channels_last) return x;
  return (series ? x.permute({0, 2, 1}) : x.permute({0, 3, 1, 2})).contiguous();
}

Taught taught_from(const c10::IValue& value) {
  if (value.isTensor()) return {value.toTensor(), {}};
  if (value.isTuple()) {
    const auto& parts = value.toTupleRef().elements();
    if (parts.size() == 2 && parts[0].isTensor() && parts[1].isTensor())
      return {parts[0].toTensor(), parts[1].toTensor().flatten(1)};
  }
  throw std::runtime_error("it returns neither logits nor a tuple of logits and features");
}

}  // namespace

Result<Teacher> load_script_teacher(const std::filesystem::path& file, const Task& task, bool channels_last) {
  auto module = std::make_shared<torch::jit::Module>();
  try {
    *module = torch::jit::load(file.string());
    module->eval();
  } catch (const std::exception& error) {
    return bad_input(fmt::format("is not a module that torch.jit.save wrote: {}", first_line(error.what())),
                     file.string());
  }
  const bool series = task.preparation.example.size() == 2;
  Teacher teacher = [module, series, channels_last](const Shown& shown) {
    at::NoGradGuard no_grad;
    return taught_from(module->forward({to_layout(shown.inputs, series, channels_last)}));
  };
  try {
    std::vector<std::int64_t> shape(task.preparation.example.begin(), task.preparation.example.end());
    if (series) shape.insert(shape.begin() + 1, 1);
    shape.insert(shape.begin(), 2);
    const Taught taught = teacher({at::zeros(shape), {}});
    if (taught.logits.dim() != 2 || taught.logits.size(0) != 2 || taught.logits.size(1) != task.classes())
      return bad_input(fmt::format("gives outputs of shape [{}] for 2 examples; logits of {} classes were expected",
                                   fmt::join(taught.logits.sizes(), ", "), task.classes()),
                       file.string());
  } catch (const std::exception& error) {
    return bad_input(fmt::format("cannot take the data's examples ({}{}): {}", shape_text(task.preparation.example),
                                 channels_last ? "" : ", channels moved to the front", first_line(error.what())),
                     file.string());
  }
  return teacher;
}

}  // namespace mote
