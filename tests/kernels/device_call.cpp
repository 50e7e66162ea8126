// See device_call.h. One entry per C function: its parameter struct's fields.
#include "tests/kernels/device_call.h"

#include <cstddef>
#include <cstring>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

extern "C" {
#include "add_f32.h"
#include "add_s16.h"
#include "add_s8.h"
#include "average_pool2d_f32.h"
#include "average_pool2d_s16.h"
#include "average_pool2d_s8.h"
#include "band_powers_s16.h"
#include "biquad_s16.h"
#include "centre_distance_f32.h"
#include "centre_distance_s16.h"
#include "centre_distance_s8.h"
#include "clamp_f32.h"
#include "concat.h"
#include "conv2d_f32.h"
#include "conv2d_s16.h"
#include "conv2d_s8.h"
#include "conv2d_s8w4.h"
#include "copy.h"
#include "delay_line.h"
#include "dense_s8_sparse.h"
#include "depthwise_conv2d_f32.h"
#include "depthwise_conv2d_multiplier_s8.h"
#include "depthwise_conv2d_s16.h"
#include "depthwise_conv2d_s8.h"
#include "depthwise_conv2d_s8w4.h"
#include "dequantize_s16_f32.h"
#include "dequantize_s8_f32.h"
#include "envelope_s16.h"
#include "frame_s16.h"
#include "fully_connected_f32.h"
#include "fully_connected_s16.h"
#include "fully_connected_s8.h"
#include "fully_connected_s8w4.h"
#include "gaussian_mixture_f32.h"
#include "gaussian_mixture_s16.h"
#include "gaussian_mixture_s8.h"
#include "gru_f32.h"
#include "gru_s16.h"
#include "gru_s8.h"
#include "leaky_relu_f32.h"
#include "leaky_relu_s16.h"
#include "log_mel_s16.h"
#include "lookup_s8.h"
#include "max_pool2d_f32.h"
#include "max_pool2d_s16.h"
#include "max_pool2d_s8.h"
#include "mfcc_s16.h"
#include "neighbour_votes_f32.h"
#include "neighbour_votes_s16.h"
#include "neighbour_votes_s8.h"
#include "normalise_s16.h"
#include "normalise_s8.h"
#include "pad_f32.h"
#include "pad_s16.h"
#include "pad_s8.h"
#include "power_spectrum_s16.h"
#include "quantize_f32_s16.h"
#include "quantize_f32_s8.h"
#include "rescale.h"
#include "resize_image_s8.h"
#include "rfft_s16.h"
#include "rows_conv2d_add_s8.h"
#include "slice.h"
#include "sliding_stats_s16.h"
#include "softmax_f32.h"
#include "softmax_s16.h"
#include "softmax_s8.h"
#include "squared_error_f32.h"
#include "squared_error_s8.h"
#include "sub_f32.h"
#include "sub_s16.h"
#include "sub_s8.h"
#include "taper_s16.h"
#include "transpose_conv_f32.h"
#include "transpose_conv_s16.h"
#include "transpose_conv_s8.h"
#include "transpose_f32.h"
#include "transpose_s16.h"
#include "transpose_s8.h"
#include "tree_ensemble_f32.h"
#include "tree_ensemble_s16.h"
#include "tree_ensemble_s8.h"
}

namespace mote::testing {
namespace {

struct Slot {
  std::string name;
  std::size_t offset = 0;
  std::size_t count = 1;  ///< of an array
  std::string c_type;     ///< of the value, or of what a pointer points to
  bool pointer = false;
};

template <typename T>
const char* c_name() {
  if constexpr (std::is_same_v<T, std::int8_t>) return "int8_t";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "uint8_t";
  if constexpr (std::is_same_v<T, std::int16_t>) return "int16_t";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "uint16_t";
  if constexpr (std::is_same_v<T, std::int32_t>) return "int32_t";
  if constexpr (std::is_same_v<T, std::int64_t>) return "int64_t";
  if constexpr (std::is_same_v<T, float>) return "float";
}

template <typename Member>
Slot slot(const char* name, std::size_t offset) {
  using Element = std::remove_all_extents_t<Member>;
  if constexpr (std::is_pointer_v<Member>) {
    return {name, offset, 1, c_name<std::remove_const_t<std::remove_pointer_t<Member>>>(), true};
  } else {
    return {name, offset, sizeof(Member) / sizeof(Element), c_name<Element>(), false};
  }
}

struct Kernel {
  std::string params_type;
  std::size_t params_bytes = 0;
  std::size_t arguments = 0;  ///< without the parameters
  void (*call)(std::span<void* const> arguments, const void* params) = nullptr;
  std::vector<Slot> slots;
};

template <auto function, typename... Args, std::size_t... I>
void call_with(std::span<void* const> arguments, const void* params, void (*)(Args...), std::index_sequence<I...>) {
  using Types = std::tuple<Args...>;
  function(static_cast<std::tuple_element_t<I, Types>>(arguments[I])...,
           static_cast<std::tuple_element_t<sizeof...(Args) - 1, Types>>(params));
}

template <typename... Args>
constexpr std::size_t arity(void (*)(Args...)) {
  return sizeof...(Args);
}

template <typename Params, auto function>
Kernel kernel(const char* params_type, std::vector<Slot> slots) {
  constexpr std::size_t kArguments = arity(function) - 1;
  const auto call = [](std::span<void* const> arguments, const void* params) {
    call_with<function>(arguments, params, function, std::make_index_sequence<kArguments>{});
  };
  return {params_type, sizeof(Params), kArguments, call, std::move(slots)};
}

// The list of all fields of a struct, in macros since C++ cannot enumerate them.
#define F(name) slot<decltype(std::declval<P>().name)>(#name, offsetof(P, name))
#define KERNEL(function, ...)                                                    \
  {                                                                              \
    using P = function##_params;                                                 \
    table[#function] = kernel<P, &function>(#function "_params", {__VA_ARGS__}); \
  }
#define RESCALE(function)                                                                                     \
  {                                                                                                           \
    using P = mote_rescale_params;                                                                            \
    table[#function] = kernel<P, &function>(                                                                  \
        "mote_rescale_params", {F(count), F(in_zero), F(out_zero), F(multiplier), F(shift), F(min), F(max)}); \
  }
#define CONCAT(inputs)                                                                                               \
  {                                                                                                                  \
    using P = mote_concat_params;                                                                                    \
    table["mote_concat_" #inputs] = kernel<P, &mote_concat_##inputs>("mote_concat_params", {F(rows), F(row_bytes)}); \
  }
#define WINDOW                                                                                                      \
  F(batches), F(in_h), F(in_w), F(out_h), F(out_w), F(filter_h), F(filter_w), F(stride_h), F(stride_w), F(pad_top), \
      F(pad_left)
#define DILATION F(dilation_h), F(dilation_w)
#define RANGE F(act_min), F(act_max)
#define ZEROS F(in_zero), F(out_zero)
#define PACKED F(weights), F(bias)
#define SIGNAL F(batches), F(samples), F(window), F(stride), F(fft), F(frames), F(taper), F(sine)
#define WALK F(batches), F(samples), F(window), F(stride), F(frames)
#define MEL F(bands), F(floor), F(floor_shift), F(edges), F(rise), F(log2)
#define CONV(name) F(conv.name)
#define SUM(name) F(sum.name)
#define GRU F(batches), F(steps), F(units), F(sequence), F(weights)
#define SCALES F(channel_step), F(multiplier), F(shift)

std::map<std::string, Kernel> make_table() {
  std::map<std::string, Kernel> table;
  KERNEL(mote_gru_s8, GRU, F(gate_zero), F(gate_multiplier), F(gate_shift), F(multiplier), F(shift), F(table))
  KERNEL(mote_gru_s16, GRU, F(gate_zero), F(gate_multiplier), F(gate_shift), F(multiplier), F(shift), F(table))
  KERNEL(mote_gru_f32, GRU)
  KERNEL(mote_squared_error_f32, F(batches), F(count))
  KERNEL(mote_squared_error_s8, F(batches), F(count))
  KERNEL(mote_add_f32, F(shape), F(b_stride), RANGE)
  KERNEL(mote_add_s8, F(shape), F(b_stride), F(a_zero), F(b_zero), F(out_zero), F(a_multiplier), F(b_multiplier),
         F(out_multiplier), F(a_shift), F(b_shift), F(out_shift), RANGE)
  KERNEL(mote_add_s16, F(shape), F(b_stride), F(a_multiplier), F(b_multiplier), F(out_multiplier), F(a_shift),
         F(b_shift), F(out_shift), RANGE)
  KERNEL(mote_sub_f32, F(shape), F(b_stride), RANGE)
  KERNEL(mote_sub_s8, F(shape), F(b_stride), F(a_zero), F(b_zero), F(out_zero), F(a_multiplier), F(b_multiplier),
         F(out_multiplier), F(a_shift), F(b_shift), F(out_shift), RANGE)
  KERNEL(mote_sub_s16, F(shape), F(b_stride), F(a_multiplier), F(b_multiplier), F(out_multiplier), F(a_shift),
         F(b_shift), F(out_shift), RANGE)
  KERNEL(mote_leaky_relu_f32, F(count), F(alpha))
  KERNEL(mote_leaky_relu_s16, F(count), F(positive_multiplier), F(negative_multiplier), F(positive_shift),
         F(negative_shift))
  KERNEL(mote_transpose_conv_f32, WINDOW, F(in_c), F(out_c), RANGE, PACKED)
  KERNEL(mote_transpose_conv_s8, WINDOW, F(in_c), F(out_c), ZEROS, RANGE, PACKED, SCALES)
  KERNEL(mote_transpose_conv_s16, WINDOW, F(in_c), F(out_c), RANGE, F(single), PACKED, SCALES)
  KERNEL(mote_average_pool2d_s16, WINDOW, F(channels), RANGE)
  KERNEL(mote_conv2d_s16, WINDOW, DILATION, F(in_c), F(out_c), RANGE, PACKED, SCALES, F(single))
  KERNEL(mote_conv2d_s8w4, WINDOW, DILATION, F(in_c), F(out_c), RANGE, ZEROS, PACKED, SCALES)
  KERNEL(mote_depthwise_conv2d_s16, WINDOW, DILATION, F(in_c), F(depth_multiplier), RANGE, PACKED, SCALES, F(single))
  KERNEL(mote_depthwise_conv2d_s8w4, WINDOW, DILATION, F(channels), RANGE, ZEROS, PACKED, SCALES)
  KERNEL(mote_dequantize_s16_f32, F(count), F(scale))
  KERNEL(mote_fully_connected_s16, F(rows), F(inputs), F(outputs), RANGE, PACKED, SCALES, F(single))
  KERNEL(mote_fully_connected_s8w4, F(rows), F(inputs), F(outputs), F(out_zero), RANGE, PACKED, SCALES)
  KERNEL(mote_max_pool2d_s16, WINDOW, F(channels), RANGE)
  KERNEL(mote_pad_s16, F(rank), F(in_shape), F(before), F(after), F(value))
  KERNEL(mote_quantize_f32_s16, F(count), F(scale))
  RESCALE(mote_rescale_s16)
  RESCALE(mote_rescale_s8_s16)
  RESCALE(mote_rescale_s16_s8)
  RESCALE(mote_rescale_s32_s16)
  RESCALE(mote_rescale_s32_s8)
  KERNEL(mote_softmax_s16, F(rows), F(depth), F(multiplier), F(shift), F(exponentials), F(reciprocals))
  KERNEL(mote_transpose_s16, F(rank), F(out_shape), F(in_stride))
  KERNEL(mote_average_pool2d_f32, WINDOW, F(channels), RANGE)
  KERNEL(mote_average_pool2d_s8, WINDOW, F(channels), RANGE)
  KERNEL(mote_clamp_f32, F(count), RANGE)
  KERNEL(mote_conv2d_f32, WINDOW, DILATION, F(in_c), F(out_c), RANGE, PACKED)
  KERNEL(mote_conv2d_s8, WINDOW, DILATION, F(in_c), F(out_c), RANGE, ZEROS, PACKED, SCALES)
  KERNEL(mote_copy, F(bytes))
  KERNEL(mote_dense_s8_sparse, F(rows), F(inputs), F(outputs), F(out_zero), RANGE, F(counts), F(pairs), F(bias), SCALES)
  KERNEL(mote_delay_line, F(rows), F(in_row), F(out_row))
  KERNEL(mote_slice, F(begin), F(run), F(rank), F(size), F(stride))
  // clang-format off
  CONCAT(1) CONCAT(2) CONCAT(3) CONCAT(4) CONCAT(5) CONCAT(6) CONCAT(7) CONCAT(8);
  // clang-format on
  KERNEL(mote_depthwise_conv2d_f32, WINDOW, DILATION, F(in_c), F(depth_multiplier), RANGE, PACKED)
  KERNEL(mote_depthwise_conv2d_multiplier_s8, WINDOW, DILATION, F(in_c), F(depth_multiplier), RANGE, ZEROS, PACKED,
         SCALES)
  KERNEL(mote_depthwise_conv2d_s8, WINDOW, DILATION, F(channels), RANGE, ZEROS, PACKED, SCALES)
  KERNEL(mote_dequantize_s8_f32, F(count), F(scale), F(zero))
  KERNEL(mote_fully_connected_f32, F(rows), F(inputs), F(outputs), RANGE, PACKED)
  KERNEL(mote_fully_connected_s8, F(rows), F(inputs), F(outputs), F(out_zero), RANGE, PACKED, SCALES)
  KERNEL(mote_log_mel_s16, SIGNAL, MEL, F(multiplier), F(shift), F(out_zero))
  KERNEL(mote_mfcc_s16, SIGNAL, MEL, F(coefficients), F(cosines), F(multiplier), F(shift), F(out_zero))
  KERNEL(mote_taper_s16, F(frames), F(window), F(depth), F(taper))
  KERNEL(mote_rfft_s16, F(frames), F(window), F(fft), F(sine))
  KERNEL(mote_power_spectrum_s16, SIGNAL, F(mantissa), F(shift), F(out_zero))
  KERNEL(mote_band_powers_s16, SIGNAL, F(bands), F(edges), F(rise), F(mantissa), F(shift), F(out_zero))
  KERNEL(mote_biquad_s16, F(batches), F(samples), F(b0), F(b1), F(b2), F(a1), F(a2))
  KERNEL(mote_envelope_s16, WALK)
  KERNEL(mote_frame_s16, WALK, F(tapered), F(taper))
  KERNEL(mote_sliding_stats_s16, WALK, F(multiplier), F(shift), F(out_zero))
  KERNEL(mote_resize_image_s8, F(batches), F(in_h), F(in_w), F(out_h), F(out_w), F(channels), F(row), F(column))
  KERNEL(mote_rows_conv2d_add_s8, CONV(batches), CONV(in_h), CONV(in_w), CONV(in_c), CONV(out_h), CONV(out_w),
         CONV(out_c), CONV(filter_h), CONV(filter_w), CONV(stride_h), CONV(stride_w), CONV(dilation_h),
         CONV(dilation_w), CONV(pad_top), CONV(pad_left), CONV(in_zero), CONV(out_zero), CONV(act_min), CONV(act_max),
         CONV(channel_step), CONV(weights), CONV(bias), CONV(multiplier), CONV(shift), SUM(shape), SUM(b_stride),
         SUM(a_zero), SUM(b_zero), SUM(out_zero), SUM(a_multiplier), SUM(b_multiplier), SUM(out_multiplier),
         SUM(a_shift), SUM(b_shift), SUM(out_shift), SUM(act_min), SUM(act_max), F(pieces.rows), F(pieces.columns),
         F(pieces.step_h), F(pieces.step_w), F(pieces.channels), F(pieces.bytes))
  KERNEL(mote_lookup_s8, F(count), F(table))
  KERNEL(mote_max_pool2d_f32, WINDOW, F(channels), RANGE)
  KERNEL(mote_max_pool2d_s8, WINDOW, F(channels), RANGE)
  KERNEL(mote_normalise_s8, F(batches), F(count), F(inner), F(deviation), F(multiplier), F(shift), F(epsilon),
         F(epsilon_shift), F(out_zero))
  KERNEL(mote_normalise_s16, F(batches), F(count), F(inner), F(deviation), F(multiplier), F(shift), F(epsilon),
         F(epsilon_shift))
  KERNEL(mote_pad_f32, F(rank), F(in_shape), F(before), F(after), F(value))
  KERNEL(mote_pad_s8, F(rank), F(in_shape), F(before), F(after), F(value))
  KERNEL(mote_quantize_f32_s8, F(count), F(scale), F(zero))
  KERNEL(mote_softmax_f32, F(rows), F(depth), F(beta))
  KERNEL(mote_softmax_s8, F(rows), F(depth), F(table_size), F(table))
  KERNEL(mote_transpose_f32, F(rank), F(out_shape), F(in_stride))
  KERNEL(mote_transpose_s8, F(rank), F(out_shape), F(in_stride))
#define ROWS F(rows), F(features)
#define TREES ROWS, F(outputs), F(trees), F(skip_bits), F(words), F(leaf_outputs), F(leaf_values)
#define MIXTURE                                                                                                \
  ROWS, F(components), F(full), F(multiplier), F(shift), F(centre), F(weights), F(rest), F(shifts), F(offset), \
      F(softplus)
  KERNEL(mote_tree_ensemble_s8, TREES)
  KERNEL(mote_tree_ensemble_s16, TREES)
  KERNEL(mote_tree_ensemble_f32, TREES)
  KERNEL(mote_centre_distance_s8, ROWS, F(centres), F(multiplier), F(shift), F(table))
  KERNEL(mote_centre_distance_s16, ROWS, F(centres), F(multiplier), F(shift), F(table))
  KERNEL(mote_centre_distance_f32, ROWS, F(centres), F(table))
  KERNEL(mote_neighbour_votes_s8, ROWS, F(outputs), F(points), F(neighbours), F(table), F(labels))
  KERNEL(mote_neighbour_votes_s16, ROWS, F(outputs), F(points), F(neighbours), F(table), F(labels))
  KERNEL(mote_neighbour_votes_f32, ROWS, F(outputs), F(points), F(neighbours), F(vote), F(table), F(labels))
  KERNEL(mote_gaussian_mixture_s8, MIXTURE)
  KERNEL(mote_gaussian_mixture_s16, MIXTURE)
  KERNEL(mote_gaussian_mixture_f32, ROWS, F(components), F(full), F(means), F(whitening), F(offsets))
  return table;
}

template <typename T>
void store(std::vector<std::uint8_t>& params, std::size_t offset, T value) {
  std::memcpy(params.data() + offset, &value, sizeof(T));
}

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

void store_int32(std::vector<std::uint8_t>& params, std::size_t offset, std::int64_t value, const std::string& name) {
  require(value >= INT32_MIN && value <= INT32_MAX, name + " does not fit int32_t");
  store(params, offset, static_cast<std::int32_t>(value));
}

void set_field(std::vector<std::uint8_t>& params, const Slot& slot, const Field& field, const KernelCall& call) {
  const std::string name = call.kernel + "." + field.name;
  if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
    require(!slot.pointer && slot.count == 1 && slot.c_type == "int32_t", name + " is not an integer in C");
    store_int32(params, slot.offset, *integer, name);
  } else if (const auto* real = std::get_if<float>(&field.value)) {
    require(!slot.pointer && slot.count == 1 && slot.c_type == "float", name + " is not a float in C");
    store(params, slot.offset, *real);
  } else if (const auto* reference = std::get_if<ConstantRef>(&field.value)) {
    require(slot.pointer, name + " is not a pointer in C");
    const void* pointer = nullptr;
    if (reference->index >= 0) {
      const Constant& constant = call.constants.at(static_cast<std::size_t>(reference->index));
      require(constant.c_type == slot.c_type, name + " points to another type in C");
      pointer = constant.bytes.data();
    }
    store(params, slot.offset, pointer);
  } else {
    const auto& list = std::get<std::vector<std::int64_t>>(field.value);
    require(!slot.pointer && list.size() == slot.count && slot.c_type == "int32_t",
            name + " is not such an array in C");
    for (std::size_t i = 0; i < list.size(); ++i) store_int32(params, slot.offset + 4 * i, list[i], name);
  }
}

}  // namespace

void call_device(const KernelCall& call, std::span<void* const> arguments) {
  static const std::map<std::string, Kernel> table = make_table();
  const auto found = table.find(call.kernel);
  require(found != table.end(), call.kernel + " is not in tests/kernels/device_call.cpp");
  const Kernel& kernel = found->second;
  require(call.params_type == kernel.params_type, call.kernel + " has another parameter type");
  require(arguments.size() == kernel.arguments, call.kernel + " takes another number of pointers");
  std::vector<std::uint8_t> params(kernel.params_bytes, 0);
  std::set<std::string> done;
  for (const Field& field : call.fields) {
    const Slot* slot = nullptr;
    for (const Slot& candidate : kernel.slots)
      if (candidate.name == field.name) slot = &candidate;
    require(slot != nullptr, call.kernel + " has no field " + field.name);
    require(done.insert(field.name).second, call.kernel + "." + field.name + " is set twice");
    set_field(params, *slot, field, call);
  }
  for (const Slot& slot : kernel.slots)
    require(done.contains(slot.name), call.kernel + "." + slot.name + " is not set");
  kernel.call(arguments, params.data());
}

}  // namespace mote::testing
