// Several layers by bands of rows: of the tensors between them only the rows that are still needed exist.
// Where it stands: fit_ram exchanges stretches of nodes for such a chain; lay_out makes it one step. Nothing is
// computed twice (as patches of MCUNetV2, Lin et al. 2021, are at their borders), and every layer runs its own kernel
// on bands.
//
//   input   ################   whole, or dying while the output grows over it
//   conv_1     =====           a band's rows and those that windows still reach back to
//   conv_2       ===           moved down before the next band's rows are appended
//   output  ####
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "ir/target.h"
#include "kernels/kernel.h"
#include "plan/plan.h"

namespace mote {

/// Rows first..end of a tensor.
struct RowRange {
  std::int32_t first = 0, end = 0;
  std::int32_t count() const { return end - first; }
  bool operator==(const RowRange&) const = default;
};

/// The rows of one call: node (or the tensor moved, with node -1), what it writes and, for each activation input,
/// reads; how far its window sticks out above and below.
struct RowCall {
  int node = -1;
  TensorId moved = kNoTensor;
  RowRange out;  ///< of a move: what is kept
  std::vector<RowRange> in;
  std::vector<std::int32_t> in_base;  ///< which row stands first in the input's buffer; 0 for whole tensors
  std::int32_t out_base = 0;          ///< likewise of the output; of a move: before it
  std::int32_t pad_top = 0, pad_bottom = 0;
};

/// When which rows are computed, before kernels are chosen.
struct RowSchedule {
  std::size_t first = 0, last = 0;          ///< nodes, both included
  std::vector<TensorId> inputs;             ///< whole tensors that are read, first the one that the output may overlap
  std::vector<TensorId> between;            ///< of which only rows are kept
  std::vector<std::int32_t> rows;           ///< how many, of each
  std::vector<std::vector<RowCall>> bands;  ///< calls up to each band of the output
  std::int64_t lead = 0;                    ///< see Overlap
  std::int64_t ring_bytes(const Graph& graph) const;
};

/// The schedule of nodes first..last, each by bands of at most `band` rows. Nothing if some node cannot be done by
/// rows, a tensor between is needed elsewhere, or rows would not begin at words.
std::optional<RowSchedule> schedule_rows(const Graph& graph, std::size_t first, std::size_t last, std::int32_t band);

/// A schedule with kernels: what lay_out makes a step of.
struct RowChain {
  RowSchedule schedule;
  std::vector<Part> parts;  ///< ConstantRefs index into `constants`
  std::vector<std::string> sources;
  std::vector<Constant> constants;
  std::vector<Round> rounds;
  std::int64_t scratch_bytes = 0;
  std::int64_t instructions = 0;
  std::int64_t flash_bytes = 0;  ///< estimate of parameters and calls, beyond one set of each layer
};

/// Chooses kernels for schedules; remembers what it lowered.
class RowKernels {
 public:
  RowKernels(const Graph& graph, const Target& target, const PlanOptions& options)
      : graph_(graph), target_(target), options_(options) {}

  /// No more constants for any layer than the kernel taken by `choice` has. Nothing if some layer has no kernel that
  /// does all bands.
  std::shared_ptr<const RowChain> lower(const RowSchedule& schedule, const KernelChoice& choice);

 private:
  using Key = std::tuple<int, std::vector<std::int32_t>, std::int32_t, std::int32_t, std::int32_t>;
  const std::vector<Candidate>& candidates(const RowCall& call);

  const Graph& graph_;
  const Target& target_;
  const PlanOptions& options_;
  std::map<Key, std::vector<Candidate>> known_;
};

/// Stretches of nodes that may make the plan smaller by bands, best hopes first, several heights of bands each.
std::vector<RowSchedule> row_schedules(const Graph& graph, const Plan& plan);

}  // namespace mote
