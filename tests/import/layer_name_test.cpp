// Layers' names from the names that TensorFlow gives to fused layers.
#include "import/layer_name.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

TEST(LayerName, FindsWhatAPersonCalledTheLayer) {
  EXPECT_EQ(layer_name("conv2d",
                       "model/activation/Relu;model/batch_normalization/FusedBatchNormV3;model/conv2d/BiasAdd/"
                       "ReadVariableOp/resource;model/conv2d/BiasAdd;model/conv2d_2/Conv2D"),
            "conv2d");
  EXPECT_EQ(layer_name("conv2d", "model/activation/Relu;model/depthwise_conv2d_3/depthwise;model/conv2d_1/Conv2D"),
            "conv2d_1");
  EXPECT_EQ(layer_name("depthwise_conv2d", "model/depthwise_conv2d_3/depthwise21"), "depthwise_conv2d_3");
  EXPECT_EQ(layer_name("depthwise_conv2d", "MobilenetV1/MobilenetV1/Conv2d_0/Relu6"), "conv2d_0");
  EXPECT_EQ(layer_name("conv2d", "model/tf.nn.relu_1/Relu;model/tf.compat.v1.nn.conv1d_1/conv1d/Squeeze"), "conv1d_1");
  EXPECT_EQ(layer_name("add", "model/activation_2/Relu;model/add_1/add"), "add_1");
  EXPECT_EQ(layer_name("fully_connected", "sequential/dense_1/MatMul;sequential/dense_1/Relu"), "dense_1");
  EXPECT_EQ(layer_name("fully_connected", "model/sequential/output/MatMul"), "output");
}

TEST(LayerName, FallsBackToTheOperator) {
  for (const char* name : {"", "Identity", "Identity_int8", "StatefulPartitionedCall:0", ";;//;", "Relu"})
    EXPECT_EQ(layer_name("fully_connected", name), "fully_connected") << name;
}

TEST(LayerName, IsAShortIdentifier) {
  EXPECT_EQ(layer_name("relu", "My Layer!"), "my_layer");
  EXPECT_EQ(layer_name("pad", std::string(100, 'a')).size(), 40U);
  EXPECT_EQ(layer_name("pad", "net/3rd"), "_3rd");
}

TEST(UniqueNames, CountsUpAndSkipsWhatIsTaken) {
  UniqueNames names;
  EXPECT_EQ(names.take("a"), "a");
  EXPECT_EQ(names.take("a_2"), "a_2");
  EXPECT_EQ(names.take("a"), "a_3");
  EXPECT_EQ(names.take("a"), "a_4");
}

}  // namespace
}  // namespace mote
