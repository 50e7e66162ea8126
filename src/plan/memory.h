// Memory planning: an offset in the arena for every buffer, so that the arena is as small as can be found.
// Where it stands: src/plan calls it last. It knows nothing of graphs: only lifetimes, sizes and allowed overlaps, so
// that it can be compared with brute force.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/plan.h"

namespace mote {

/// One request: `bytes` during the steps first..last (both included).
struct Lifetime {
  std::int64_t bytes = 0;
  std::int32_t first = 0;
  std::int32_t last = 0;
};

/// `output` may share bytes with `input` as `overlap` says, although both live in one step.
struct AllowedOverlap {
  std::int32_t output = 0;
  std::int32_t input = 0;
  Overlap overlap;
};

struct MemoryLayout {
  std::vector<std::int64_t> offsets;  ///< multiples of the alignment
  std::int64_t total = 0;             ///< bytes
};

/// Offsets for all requests. Exhaustive over placement orders up to eight buffers (then optimal, since some order of
/// lowest-fit placement reaches every left-justified layout); beyond that the best of several orders and a
/// deterministic local search, stopped early at the lower bound (the fullest step).
MemoryLayout plan_memory(const std::vector<Lifetime>& buffers, const std::vector<AllowedOverlap>& overlaps,
                         std::int32_t alignment);

/// Bytes that no layout can undercut: the largest sum over steps of what lives there, less what allowed overlaps may
/// share.
std::int64_t memory_lower_bound(const std::vector<Lifetime>& buffers, const std::vector<AllowedOverlap>& overlaps,
                                std::int32_t alignment);

}  // namespace mote
