// See agreement.h.
#include "train/agreement.h"

#include <algorithm>
#include <cmath>

#include "ops/execute.h"
#include "passes/real_values.h"
#include "train/fit.h"

namespace mote {

Result<Agreement> compare_outputs(TorchGraph& trained, const GraphHooks& hooks, const Graph& integer,
                                  const InputSet& inputs) {
  const Tensor& to = integer.tensor(integer.outputs[0]);
  if (to.quant.scale.size() != 1) return unsupported("the model's output is not quantised", to.name);
  constexpr std::size_t kChunk = 256;
  at::NoGradGuard no_grad;
  Executor executor(integer);
  Agreement agreement;
  std::size_t values = 0;
  for (std::size_t begin = 0; begin < inputs.size(); begin += kChunk) {
    const std::size_t end = std::min(begin + kChunk, inputs.size());
    at::Tensor batch = at::empty(batch_shape(trained.graph(), static_cast<std::int64_t>(end - begin)));
    std::copy_n(inputs[begin].data(), batch.numel(), batch.data_ptr<float>());
    const at::Tensor outputs = trained.forward({batch}, false, hooks)[0].contiguous();
    const auto each = static_cast<std::size_t>(outputs.numel()) / (end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      MOTE_TRY(const Bytes encoded, encode_input(inputs[i], integer.tensor(integer.inputs[0])));
      const auto got = passes::integer_values(to, executor.run({encoded})[0]);
      const float* real = outputs.data_ptr<float>() + (i - begin) * each;
      for (std::size_t k = 0; k < each; ++k) {
        const auto wanted =
            static_cast<int>(std::lround(double{real[k]} / double{to.quant.scale[0]})) + to.quant.zero_point[0];
        const int difference = std::abs(wanted - got[k]);
        agreement.same_output += difference == 0 ? 1 : 0;
        agreement.largest_difference = std::max(agreement.largest_difference, difference);
        ++values;
      }
      const auto by_float = std::max_element(real, real + each) - real;
      const auto by_integer = std::max_element(got.begin(), got.end()) - got.begin();
      agreement.same_class += by_float == by_integer ? 1 : 0;
    }
  }
  agreement.same_class /= static_cast<double>(std::max<std::size_t>(inputs.size(), 1));
  agreement.same_output /= static_cast<double>(std::max<std::size_t>(values, 1));
  return agreement;
}

Result<FloatAgreement> compare_with_reference(TorchGraph& lowered, const InputSet& inputs) {
  constexpr std::size_t kMost = 512;
  at::NoGradGuard no_grad;
  const Graph graph = lowered.write_back();
  Executor executor(graph);
  FloatAgreement agreement;
  const std::size_t count = std::min(inputs.size(), kMost);
  at::Tensor one = at::empty(batch_shape(graph, 1));
  for (std::size_t i = 0; i < count; ++i) {
    const auto example = inputs[i * inputs.size() / count];
    std::copy_n(example.data(), one.numel(), one.data_ptr<float>());
    const at::Tensor outputs = lowered.forward({one}, false)[0].contiguous();
    MOTE_TRY(const Bytes encoded, encode_input(example, graph.tensor(graph.inputs[0])));
    const Bytes wanted = executor.run({encoded})[0];
    for (std::int64_t k = 0; k < outputs.numel(); ++k) {
      const double reference = reinterpret_cast<const float*>(wanted.data())[k];
      const double difference = std::abs(double{outputs.data_ptr<float>()[k]} - reference);
      agreement.largest_difference =
          std::max(agreement.largest_difference, difference / std::max(1.0, std::abs(reference)));
    }
  }
  agreement.examples = static_cast<std::int64_t>(count);
  return agreement;
}

}  // namespace mote
