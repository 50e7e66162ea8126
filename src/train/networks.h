// Networks by name. Where it stands: private to src/train; network.cpp looks them up here.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "train/builder.h"
#include "train/network.h"

namespace mote {

/// Appends the network's body behind `x` and returns its last tensor, [1, outputs], before the softmax.
using NetworkFn = Result<TensorId> (*)(GraphBuilder& builder, TensorId x, const NetworkSpec& spec, const NetworkIo& io);

struct NamedNetwork {
  std::string_view name;
  std::string_view summary;  ///< one line, with its source
  NetworkFn build;
  std::vector<Shape> examples;  ///< shapes of an example that it is made for (without the batch); tests build each
  /// Its last tensor has as many elements as `x`, which it is to be like; no classes.
  bool reconstructs = false;
};
std::span<const NamedNetwork> named_networks();

}  // namespace mote
