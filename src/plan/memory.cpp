// See memory.h. Placement: for a given order, each buffer takes the lowest offset that no placed neighbour forbids.
// Dynamic storage allocation is NP-hard, but every optimal layout, pushed down, is the lowest-fit layout of some order;
// so we search orders.
#include "plan/memory.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <random>

namespace mote {
namespace {

std::int64_t align_up(std::int64_t value, std::int64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

bool live_together(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

/// Offsets strictly between `low` and `high` are forbidden, except `hole`.
struct Forbidden {
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::int64_t hole = -1;
};

class Placer {
 public:
  Placer(const std::vector<Lifetime>& buffers, const std::vector<AllowedOverlap>& overlaps, std::int64_t alignment)
      : buffers_(buffers),
        alignment_(alignment),
        rule_(buffers.size() * buffers.size(), nullptr),
        neighbours_(buffers.size()) {
    for (const AllowedOverlap& allowed : overlaps) {
      if (!allowed.overlap.allowed || allowed.output == allowed.input) continue;
      rule_[index(allowed.output, allowed.input)] = &allowed;
      rule_[index(allowed.input, allowed.output)] = &allowed;
    }
    for (std::size_t a = 0; a < buffers.size(); ++a)
      for (std::size_t b = 0; b < buffers.size(); ++b)
        if (a != b && live_together(buffers[a], buffers[b])) neighbours_[a].push_back(static_cast<int>(b));
  }

  /// Lowest-fit placement in this order; gives up (nullopt) once the total reaches `limit`.
  std::optional<MemoryLayout> place(const std::vector<int>& order, std::int64_t limit) {
    MemoryLayout layout;
    layout.offsets.assign(buffers_.size(), -1);
    for (const int b : order) {
      const std::int64_t offset = lowest(b, layout.offsets);
      layout.offsets[static_cast<std::size_t>(b)] = offset;
      layout.total = std::max(layout.total, align_up(offset + bytes(b), alignment_));
      if (layout.total >= limit) return std::nullopt;
    }
    return layout;
  }

 private:
  std::size_t index(int a, int b) const {
    return static_cast<std::size_t>(a) * buffers_.size() + static_cast<std::size_t>(b);
  }
  std::int64_t bytes(int b) const { return buffers_[static_cast<std::size_t>(b)].bytes; }

  Forbidden forbidden(int b, int placed, std::int64_t at) const {
    Forbidden range{at - bytes(b), at + bytes(placed), -1};
    const AllowedOverlap* allowed = rule_[index(b, placed)];
    if (allowed == nullptr) return range;
    if (allowed->overlap.equal_offset_only) {
      range.hole = at;
    } else if (allowed->output == b) {
      range.low = std::max(range.low, at - allowed->overlap.lead);
    } else {
      range.high = std::min(range.high, at + allowed->overlap.lead);
    }
    return range;
  }

  std::int64_t lowest(int b, const std::vector<std::int64_t>& offsets) {
    ranges_.clear();
    for (const int n : neighbours_[static_cast<std::size_t>(b)]) {
      const std::int64_t at = offsets[static_cast<std::size_t>(n)];
      if (at < 0) continue;
      const Forbidden range = forbidden(b, n, at);
      if (range.low < range.high) ranges_.push_back(range);
    }
    candidates_.assign(1, 0);
    for (const Forbidden& range : ranges_) {
      candidates_.push_back(align_up(std::max<std::int64_t>(range.high, 0), alignment_));
      if (range.hole >= 0) candidates_.push_back(range.hole);
    }
    std::sort(candidates_.begin(), candidates_.end());
    for (const std::int64_t offset : candidates_) {
      // An open interval that an aligned offset must not be in: low < offset < high.
      const bool free = std::none_of(ranges_.begin(), ranges_.end(), [offset](const Forbidden& range) {
        return offset > range.low && offset < range.high && offset != range.hole;
      });
      if (free) return offset;
    }
    MOTE_CHECK(false);
    return 0;
  }

  const std::vector<Lifetime>& buffers_;
  std::int64_t alignment_;
  std::vector<const AllowedOverlap*> rule_;  ///< by pair of buffers
  std::vector<std::vector<int>> neighbours_;
  std::vector<Forbidden> ranges_;
  std::vector<std::int64_t> candidates_;
};

constexpr std::size_t kExhaustive = 8;
constexpr int kSearchSteps = 3000;

}  // namespace

std::int64_t memory_lower_bound(const std::vector<Lifetime>& buffers, const std::vector<AllowedOverlap>& overlaps,
                                std::int32_t alignment) {
  std::int64_t bound = 0;
  std::int32_t last = 0;
  for (const Lifetime& buffer : buffers) last = std::max(last, buffer.last);
  for (std::int32_t step = -1; step <= last; ++step) {
    std::int64_t live = 0;
    const auto lives = [step](const Lifetime& buffer) { return buffer.first <= step && step <= buffer.last; };
    for (const Lifetime& buffer : buffers)
      if (lives(buffer)) live += buffer.bytes;
    std::vector<std::int64_t> shared(buffers.size(), 0);  // by output; with several inputs no more than all of it
    for (const AllowedOverlap& allowed : overlaps) {
      const Lifetime& out = buffers[static_cast<std::size_t>(allowed.output)];
      const Lifetime& in = buffers[static_cast<std::size_t>(allowed.input)];
      if (!allowed.overlap.allowed || !lives(out) || !lives(in)) continue;
      const std::int64_t lead = allowed.overlap.equal_offset_only ? 0 : std::max<std::int64_t>(allowed.overlap.lead, 0);
      std::int64_t& sum = shared[static_cast<std::size_t>(allowed.output)];
      sum = std::min(out.bytes, sum + std::max<std::int64_t>(0, std::min(in.bytes, out.bytes - lead)));
    }
    for (const std::int64_t bytes : shared) live -= bytes;
    bound = std::max(bound, live);
  }
  return align_up(bound, alignment);
}

MemoryLayout plan_memory(const std::vector<Lifetime>& buffers, const std::vector<AllowedOverlap>& overlaps,
                         std::int32_t alignment) {
  Placer placer(buffers, overlaps, alignment);
  const std::int64_t bound = memory_lower_bound(buffers, overlaps, alignment);
  std::vector<int> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  MemoryLayout best;
  best.total = INT64_MAX;
  std::vector<int> best_order = order;
  // Accepting equal totals lets the search walk along plateaus, which is how it leaves them.
  const auto attempt = [&](const std::vector<int>& candidate, bool plateau) {
    auto layout = placer.place(candidate, plateau && best.total != INT64_MAX ? best.total + 1 : best.total);
    if (!layout) return;
    best = std::move(*layout);
    best_order = candidate;
  };

  if (buffers.size() <= kExhaustive) {
    do {
      attempt(order, false);
    } while (best.total > bound && std::next_permutation(order.begin(), order.end()));
    return best;
  }
  const auto by = [&](auto less) {
    std::vector<int> sorted = order;
    std::stable_sort(sorted.begin(), sorted.end(), [&](int a, int b) {
      return less(buffers[static_cast<std::size_t>(a)], buffers[static_cast<std::size_t>(b)]);
    });
    attempt(sorted, false);
    std::reverse(sorted.begin(), sorted.end());
    attempt(sorted, false);
  };
  by([](const Lifetime& a, const Lifetime& b) { return a.bytes > b.bytes; });
  by([](const Lifetime& a, const Lifetime& b) { return a.last - a.first > b.last - b.first; });
  by([](const Lifetime& a, const Lifetime& b) { return a.first < b.first; });
  std::mt19937 random(1);  // fixed: the same graph always gets the same plan
  for (int step = 0; step < kSearchSteps && best.total > bound; ++step) {
    std::vector<int> candidate = best_order;
    const auto from = candidate.begin() + static_cast<std::ptrdiff_t>(random() % candidate.size());
    const auto to = candidate.begin() + static_cast<std::ptrdiff_t>(random() % candidate.size());
    if (random() % 2 == 0) {
      std::iter_swap(from, to);
    } else if (from < to) {
      std::rotate(from, from + 1, to + 1);
    } else {
      std::rotate(to, from, from + 1);
    }
    attempt(candidate, true);
  }
  return best;
}

}  // namespace mote
