// See kernels.h and kernel.h.
#include "kernels/kernels.h"

#include <array>
#include <map>
#include <vector>

namespace mote {
namespace kernels {
namespace {

constexpr std::array kAll = {
#define MOTE_KERNEL(name) &name,
#include "kernels/list.inc"
#undef MOTE_KERNEL
};

}  // namespace

std::span<const KernelDef* const> all() { return kAll; }

}  // namespace kernels

std::span<const KernelDef* const> kernels_for(const OpDef& op) {
  static const auto by_name = [] {
    std::map<std::string_view, std::vector<const KernelDef*>> map;
    for (const KernelDef* def : kernels::all()) map[def->op->name].push_back(def);
    return map;
  }();
  const auto found = by_name.find(op.name);
  if (found == by_name.end()) return {};
  return found->second;
}

}  // namespace mote
