// See ops.h.
#include "ops/ops.h"

#include <array>

namespace mote::ops {
namespace {

constexpr std::array kAll = {
#define MOTE_OP(name) &name,
#include "ops/list.inc"
#undef MOTE_OP
};

}  // namespace

std::span<const OpDef* const> all() { return kAll; }

const OpDef* find(std::string_view name) {
  for (const OpDef* op : kAll)
    if (op->name == name) return op;
  return nullptr;
}

}  // namespace mote::ops
