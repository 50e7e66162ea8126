// See layer_name.h. A name is a list of paths (';'), a path a list of parts ('/'), outermost scope first.
#include "import/layer_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "ir/graph.h"

namespace mote {
namespace {

constexpr std::size_t kMaxName = 40;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    if (at != 0 && !text.empty()) parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// What frameworks call such a layer, best first.
std::vector<std::string_view> hints(std::string_view op) {
  if (op == "conv2d") return {"conv"};
  if (op == "depthwise_conv2d") return {"depthwise", "conv"};
  if (op == "fully_connected") return {"dense", "fc", "logits"};
  if (op == "average_pool2d" || op == "max_pool2d") return {"pool"};
  if (op == "reshape") return {"flatten", "reshape", "squeeze"};
  if (op == "relu6") return {"relu"};
  return {op};
}

/// Words that name a kind of operation or a scope, not a layer; compared without numbers at the end.
bool is_generic(std::string_view part) {
  static constexpr std::string_view kWords =
      "|model|sequential|functional|identity|statefulpartitionedcall|partitionedcall|biasadd|relu|matmul|add|"
      "addv|mul|conv2d|depthwise|readvariableop|resource|reshape|softmax|shape|fusedbatchnorm|fusedbatchnormv|"
      "avgpool|maxpool|squeeze|transpose|bias|kernel|tensordot|mean|identity_int|int|";
  while (!part.empty() &&
         (std::isdigit(static_cast<unsigned char>(part.back())) != 0 || part.back() == '_' || part.back() == ':'))
    part.remove_suffix(1);
  return part.empty() || kWords.find(fmt::format("|{}|", part)) != std::string_view::npos;
}

/// "tf.compat.v1.nn.conv1d_1" is called conv1d_1.
std::string_view after_dots(std::string_view part) {
  const std::size_t dot = part.rfind('.');
  return dot == std::string_view::npos || dot + 1 == part.size() ? part : part.substr(dot + 1);
}

std::string find_layer(std::string_view op, const std::string& name) {
  const auto paths = split(name, ';');
  for (const std::string_view hint : hints(op))
    for (const std::string_view path : paths)
      for (const std::string_view part : split(path, '/')) {
        const bool other_kind = op == "conv2d" && part.find("depthwise") != std::string_view::npos;
        if (part.find(hint) != std::string_view::npos && !other_kind) return std::string(after_dots(part));
      }
  for (const std::string_view path : paths) {
    const auto parts = split(path, '/');
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
      if (!is_generic(after_dots(*part))) return std::string(after_dots(*part));
  }
  return std::string(op);
}

}  // namespace

std::string layer_name(std::string_view op, std::string_view tensor_name) {
  std::string name = identifier(find_layer(op, lower(tensor_name)));
  if (name.size() > kMaxName) name.resize(kMaxName);
  while (name.size() > 1 && name.back() == '_') name.pop_back();
  return name;
}

std::string UniqueNames::take(const std::string& wanted) {
  if (taken_.insert(wanted).second) return wanted;
  int& next = next_.try_emplace(wanted, 2).first->second;
  while (true) {
    std::string candidate = fmt::format("{}_{}", wanted, next++);
    if (taken_.insert(candidate).second) return candidate;
  }
}

}  // namespace mote
