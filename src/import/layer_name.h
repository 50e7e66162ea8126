// Names for people. TensorFlow names a fused layer's output like
// "model/activation/Relu;model/batch_normalization/FusedBatchNormV3;model/conv2d/BiasAdd;model/conv2d_2/Conv2D":
// what a person called the layer is in there ("conv2d"). Where it stands: importers, for Node::name.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace mote {

/// The layer's name as an identifier of at most 40 characters; the operator's name if nothing better is found.
std::string layer_name(std::string_view op, std::string_view tensor_name);

/// Gives out unique names: "conv", "conv_2", "conv_3", in time that does not grow with what was given out before.
class UniqueNames {
 public:
  std::string take(const std::string& wanted);

 private:
  std::set<std::string, std::less<>> taken_;
  std::map<std::string, int, std::less<>> next_;
};

}  // namespace mote
