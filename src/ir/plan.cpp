// See plan.h.
#include "ir/plan.h"

namespace mote {

std::int64_t Plan::constant_bytes() const {
  std::int64_t sum = 0;
  for (const Constant& constant : constants) sum += static_cast<std::int64_t>(constant.bytes.size());
  return sum;
}

}  // namespace mote
