// Building a KernelCall field by field. Constants get a field of the same name that points to them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/kernel.h"

namespace mote::kernels {

template <typename T>
constexpr std::string_view c_type_name() {
  if constexpr (std::is_same_v<T, std::int8_t>) return "int8_t";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "uint8_t";
  if constexpr (std::is_same_v<T, std::int16_t>) return "int16_t";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "uint16_t";
  if constexpr (std::is_same_v<T, std::int32_t>) return "int32_t";
  if constexpr (std::is_same_v<T, std::uint32_t>) return "uint32_t";
  if constexpr (std::is_same_v<T, std::int64_t>) return "int64_t";
  if constexpr (std::is_same_v<T, float>) return "float";
}

class CallBuilder {
 public:
  /// `file` is the device file without suffix: "conv2d_s8" gives mote_conv2d_s8, mote_conv2d_s8_params, conv2d_s8.h and
  /// .c.
  explicit CallBuilder(std::string_view file);

  CallBuilder& reads(const Node& node, std::size_t inputs = 1);  ///< the node's first inputs become pointer arguments
  CallBuilder& set(std::string_view name, std::int64_t value);
  CallBuilder& set_real(std::string_view name, float value);
  CallBuilder& set_list(std::string_view name, std::vector<std::int64_t> values);

  template <typename T>
  CallBuilder& constant(std::string_view name, const std::vector<T>& values) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
    return add_constant(name, c_type_name<T>(), Bytes(begin, begin + values.size() * sizeof(T)));
  }

  CallBuilder& scratch(std::int64_t bytes);
  CallBuilder& overlap(Overlap overlap);
  /// Estimates: instructions of one run, bytes of the kernel's code.
  CallBuilder& cost(std::int64_t instructions, std::int64_t code_bytes);

  KernelCall take() { return std::move(call_); }

 private:
  CallBuilder& add_constant(std::string_view name, std::string_view c_type, Bytes bytes);
  KernelCall call_;
};

/// An elementwise kernel: output element i is written after input element i was read, and none before it is read again.
inline constexpr Overlap kElementwise{.allowed = true, .lead = 0, .equal_offset_only = false};

/// Whether every tensor of the node is small enough for 32-bit indices on the device, and the first input is of this
/// type.
bool fits_device(const Graph& graph, const Node& node, DType type);
/// Whether weights (input 1) and the bias (input 2, if there is one) are constants that can be packed. Int8 ones always
/// are.
bool constant_weights(const Graph& graph, const Node& node);

/// The parameters of kernels that share a driver stand in their struct's member `layer`: `words`, the weights as the
/// driver reads them, become layer.stream (constant "weights"), and each of `fields` layer.NAME.
void add_stream(KernelCall& call, const std::vector<std::uint32_t>& words,
                std::initializer_list<std::pair<std::string_view, std::int64_t>> fields);

/// Of a kernel that does two nodes: the fields, constants and sources of one of them, in the struct's member `name`.
void add_part(KernelCall& call, KernelCall part, const std::string& name);
/// "signed_coarse" of "mote_pointwise_s8_dual_signed_coarse"; "fine" where nothing follows `base`.
std::string variant_of(const std::string& kernel, std::string_view base);

}  // namespace mote::kernels
