// See network.h.
#include "train/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ir/verify.h"
#include "train/builder.h"
#include "train/front_end.h"
#include "train/networks.h"

namespace mote {
namespace {

/// Adds layers as they are written.
class LayerWriter {
 public:
  LayerWriter(GraphBuilder& builder, TensorId x) : b_(builder), last_(x) {}

  Result<void> add(const LayerSpec& layer, std::size_t index) {
    const std::string place = fmt::format("network.layers[{}]", index);
    const std::string name = layer.name.empty() ? fmt::format("{}_{}", layer.type, index + 1) : layer.name;
    TensorId x = last_;
    std::vector<TensorId> inputs;
    for (const std::string& from : layer.from) {
      const auto at = named_.find(from);
      if (at == named_.end())
        return bad_input(fmt::format("there is no layer \"{}\" before this one", from), place + ".from");
      inputs.push_back(at->second);
    }
    if (!inputs.empty()) x = inputs.front();
    if (layer.type == "add" && layer.repeat > 1) return bad_input("add cannot be repeated", place + ".repeat");
    for (std::int32_t i = 1; i <= layer.repeat; ++i) {
      const std::string one = i == 1 ? name : fmt::format("{}_{}", name, i);
      MOTE_TRY(x, write(layer, one, x, inputs, place));
      if (layer.batch_norm) x = b_.batch_norm(one + "_norm", x);
      if (layer.activation != "none") x = b_.unary(layer.activation, one + "_" + layer.activation, x);
    }
    last_ = x;
    if (!named_.emplace(name, x).second)
      return bad_input(fmt::format("the name \"{}\" is taken", name), place + ".name");
    return {};
  }
  TensorId last() const { return last_; }

 private:
  Result<TensorId> write(const LayerSpec& layer, const std::string& name, TensorId x,
                         const std::vector<TensorId>& inputs, const std::string& place) {
    const std::string& type = layer.type;
    if (type == "flatten") return b_.flatten(name, x);
    if (type == "softmax") return b_.softmax(name, x);
    if (type == "batch_norm") return b_.batch_norm(name, x);
    if (type == "relu" || type == "relu6") return b_.unary(type, name, x);
    if (type == "add") {
      if (inputs.size() != 2 || b_.shape(inputs[0]) != b_.shape(inputs[1]))
        return bad_input("add needs from = [two layers] of the same shape", place + ".from");
      return b_.add(name, inputs[0], inputs[1]);
    }
    if (type == "gru") {
      if (layer.filters == 0) return bad_input("a gru layer needs units", place + ".units");
      if (layer.filters > 512) return bad_input("a gru layer has at most 512 units", place + ".units");
      if (b_.shape(x).size() != 4)
        return bad_input(fmt::format("gru goes over rows, but here is {}", shape_text(b_.shape(x))), place);
      return b_.gru(name, x, layer.filters, layer.sequence);
    }
    if (type == "dense") {
      if (layer.filters == 0) return bad_input("a dense layer needs units", place + ".units");
      return b_.fully_connected(name, x, layer.filters);
    }
    if (b_.shape(x).size() != 4)
      return bad_input(
          fmt::format("{} needs rows, columns and channels, but here is {}", type, shape_text(b_.shape(x))), place);
    if (type == "global_average_pool") return b_.global_average_pool(name, x);
    return windowed(layer, name, x, place);
  }

  Result<TensorId> windowed(const LayerSpec& layer, const std::string& name, TensorId x, const std::string& place) {
    const Shape& in = b_.shape(x);
    const bool pool = layer.type.ends_with("pool");
    if (layer.kernel.empty()) return bad_input(layer.type + " needs a kernel", place + ".kernel");
    if (layer.kernel.size() > 2 || layer.stride.size() > 2)
      return bad_input("expects one or two numbers", place + ".kernel");
    // On a series, one number is along time alone.
    const bool series = in[2] == 1;
    const auto second = [&](const std::vector<std::int32_t>& list) {
      return list.size() == 2 ? list[1] : (series ? 1 : list[0]);
    };
    ConvSpec spec;
    spec.filters = layer.filters;
    spec.kernel_h = layer.kernel[0];
    spec.kernel_w = second(layer.kernel);
    if (!layer.stride.empty()) {
      spec.stride_h = layer.stride[0];
      spec.stride_w = second(layer.stride);
    } else if (pool) {
      spec.stride_h = spec.kernel_h;
      spec.stride_w = spec.kernel_w;
    }
    spec.dilation_h = layer.dilation;
    spec.dilation_w = spec.kernel_w == 1 ? 1 : layer.dilation;
    spec.padding = layer.padding == "same" ? Padding::same : Padding::valid;
    spec.bias = !layer.batch_norm;
    const auto reach = [](std::int32_t kernel, std::int32_t dilation) {
      return (std::int64_t{kernel} - 1) * dilation + 1;
    };
    if (spec.padding == Padding::valid &&
        (reach(spec.kernel_h, spec.dilation_h) > in[1] || reach(spec.kernel_w, spec.dilation_w) > in[2]))
      return bad_input(fmt::format("the kernel is larger than its input {}", shape_text(in)), place + ".kernel");
    if (pool)
      return b_.pool(layer.type + "2d", name, x, spec.kernel_h, spec.kernel_w, spec.stride_h, spec.stride_w,
                     spec.padding);
    if (layer.filters == 0) return bad_input(layer.type + " needs filters", place + ".filters");
    if (layer.type == "depthwise") return b_.depthwise_conv2d(name, x, spec);
    if (layer.type == "separable") {
      const std::int32_t filters = spec.filters;
      spec.filters = 1;
      spec.bias = true;
      const TensorId spatial = b_.depthwise_conv2d(name + "_depthwise", x, spec);
      return b_.conv2d(name, spatial, {.filters = filters, .bias = !layer.batch_norm});
    }
    return b_.conv2d(name, x, spec);
  }

  GraphBuilder& b_;
  TensorId last_;
  std::map<std::string, TensorId> named_;
};

Result<TensorId> error_of_reconstruction(GraphBuilder& builder, TensorId features, TensorId x) {
  const Shape wanted = builder.shape(features);
  if (element_count(builder.shape(x)) != element_count(wanted))
    return bad_input(
        fmt::format("the network ends in {} where it is to be like {}; end it with a dense layer of {} units",
                    shape_text(builder.shape(x)), shape_text(wanted), element_count(wanted)),
        "network");
  if (builder.shape(x) != wanted) x = builder.reshape("as_input", x, wanted);
  return builder.squared_error("error", features, x);
}

}  // namespace

Result<Graph> build_network(const std::string& name, const NetworkSpec& spec, const NetworkIo& io, std::uint64_t seed) {
  GraphBuilder builder(name, seed);
  Shape shape{1};
  shape.insert(shape.end(), io.example.begin(), io.example.end());
  if (shape.size() == 3) shape.insert(shape.begin() + 2, 1);  // a series is an image one pixel wide
  TensorId x = builder.input("input", shape);
  MOTE_TRY(x, add_front_end(builder, x, io.front_end, io.rate_hz));
  const TensorId features = x;
  if (spec.type == "layers") {
    LayerWriter writer(builder, x);
    for (std::size_t i = 0; i < spec.layers.size(); ++i) MOTE_TRY_VOID(writer.add(spec.layers[i], i));
    x = writer.last();
  } else {
    const auto networks = named_networks();
    const auto at =
        std::find_if(networks.begin(), networks.end(), [&](const NamedNetwork& n) { return n.name == spec.type; });
    if (at == networks.end()) {
      std::string known;
      for (const NamedNetwork& network : networks) known += fmt::format("{}, ", network.name);
      return bad_input(fmt::format("there is no network \"{}\"; there is {}layers", spec.type, known), "network.type");
    }
    if (at->reconstructs != (io.outputs == 0))
      return bad_input(
          at->reconstructs
              ? fmt::format("network \"{}\" knows no classes; it needs [anomaly] normal = [...]", spec.type)
              : fmt::format("network \"{}\" gives classes; [anomaly] needs \"autoencoder\" or \"layers\"", spec.type),
          "network.type");
    MOTE_TRY(x, at->build(builder, x, spec, io));
  }
  if (io.outputs == 0) {
    MOTE_TRY(x, error_of_reconstruction(builder, features, x));
    Graph graph = std::move(builder).finish(x);
    MOTE_TRY_VOID(verify(graph, Code::BadInput));
    return graph;
  }
  if (builder.shape(x) != Shape{1, io.outputs})
    return bad_input(
        fmt::format("the network ends in {} where {} classes need 1x{}; end it with a dense layer of {} units",
                    shape_text(builder.shape(x)), io.outputs, io.outputs, io.outputs),
        "network");
  x = builder.softmax("probabilities", x);
  Graph graph = std::move(builder).finish(x);
  MOTE_TRY_VOID(verify(graph, Code::BadInput));
  return graph;
}

}  // namespace mote
