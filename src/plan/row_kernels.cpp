// See rows.h. Kernels for bands: each layer's node with the band's rows as its shape is offered to the same kernels, so
// whatever is fast on whole tensors is fast here. Equal calls of consecutive bands become the turns of a round.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ir/int4.h"
#include "plan/rows.h"

namespace mote {
namespace {

/// The node alone, over the rows of one call.
Graph band_graph(const Graph& graph, const RowCall& call) {
  Graph band;
  Node node = graph.nodes[static_cast<std::size_t>(call.node)];
  std::size_t activation = 0;
  for (TensorId& id : node.inputs) {
    if (id == kNoTensor) continue;
    Tensor tensor = graph.tensor(id);
    const bool constant = tensor.is_constant();
    if (!constant) tensor.shape[1] = call.in[activation++].count();
    band.tensors.push_back(std::move(tensor));
    id = static_cast<TensorId>(band.tensors.size()) - 1;
    if (!constant) band.inputs.push_back(id);
  }
  Tensor out = graph.tensor(node.outputs[0]);
  out.shape[1] = call.out.count();
  band.tensors.push_back(std::move(out));
  node.outputs[0] = static_cast<TensorId>(band.tensors.size()) - 1;
  band.outputs = node.outputs;
  if (node.attrs.has("pad_top")) {
    node.attrs.set("pad_top", std::int64_t{call.pad_top});
    node.attrs.set("pad_bottom", std::int64_t{call.pad_bottom});
  }
  band.nodes.push_back(std::move(node));
  return band;
}

/// Its pointer arguments are the node's activations: what a banded step can pass.
bool passes_rows_alone(const Candidate& candidate, const RowCall& call) {
  return !candidate.def->fuses && candidate.call.reads.size() == call.in.size();
}

/// One shape of bands of one node, and how often it is called.
struct Variant {
  const std::vector<Candidate>* candidates = nullptr;
  const RowCall* call = nullptr;
  std::int64_t times = 0;
};

const Candidate* of_kernel(const Variant& variant, const KernelDef* def) {
  for (const Candidate& candidate : *variant.candidates)
    if (candidate.def == def && passes_rows_alone(candidate, *variant.call)) return &candidate;
  return nullptr;
}

/// The fastest kernel that does all variants within `most_constants` bytes; the smallest if none does.
const KernelDef* best_kernel(const std::vector<Variant>& variants, std::int64_t most_constants) {
  const KernelDef* best = nullptr;
  std::pair<std::int64_t, std::int64_t> best_cost;  // constants too many, instructions
  for (const Candidate& first : *variants[0].candidates) {
    std::int64_t instructions = 0, constants = 0;
    bool all = true;
    for (const Variant& variant : variants) {
      const Candidate* candidate = of_kernel(variant, first.def);
      all = all && candidate != nullptr;
      if (!all) break;
      instructions += variant.times * candidate->call.instructions;
      constants = std::max(constants, constant_bytes(candidate->call));
    }
    if (!all) continue;
    const std::pair cost(std::max<std::int64_t>(0, constants - most_constants), instructions);
    if (best != nullptr && cost >= best_cost) continue;
    best = first.def;
    best_cost = cost;
  }
  return best;
}

/// Puts parts, constants and calls together.
class ChainBuilder {
 public:
  ChainBuilder(const Graph& graph, const RowSchedule& schedule) : graph_(graph) {
    chain_.schedule = schedule;
    place_[graph.nodes[schedule.last].outputs[0]] = 0;
    for (const TensorId id : schedule.inputs) place_.emplace(id, static_cast<std::int32_t>(place_.size()));
    for (const TensorId id : schedule.between) place_.emplace(id, static_cast<std::int32_t>(place_.size()));
  }

  void begin_band() { bands_.emplace_back(); }

  std::int32_t add_part(const std::string& node, std::int32_t number, const KernelCall& call) {
    Part part{fmt::format("{}_{}", node, number), call.kernel, call.params_type, call.header, call.fields};
    for (Field& field : part.fields)
      if (auto* reference = std::get_if<ConstantRef>(&field.value); reference != nullptr && reference->index >= 0)
        reference->index = constant(call.constants[static_cast<std::size_t>(reference->index)], node);
    for (const std::string& source : call.sources) add_source(source);
    chain_.scratch_bytes = std::max(chain_.scratch_bytes, call.scratch_bytes);
    if (number > 0) chain_.flash_bytes += 4 * static_cast<std::int64_t>(part.fields.size());
    chain_.parts.push_back(std::move(part));
    scratch_.push_back(call.scratch_bytes);
    return static_cast<std::int32_t>(chain_.parts.size()) - 1;
  }

  void add_call(std::int32_t part, const RowCall& rows, std::int64_t instructions) {
    const Node& node = graph_.nodes[static_cast<std::size_t>(rows.node)];
    BandCall call{part, {stretch(node.outputs[0], rows.out, rows.out_base)}};
    std::size_t activation = 0;
    for (const TensorId id : node.inputs) {
      if (id == kNoTensor || graph_.tensor(id).is_constant()) continue;
      call.stretches.push_back(stretch(id, rows.in[activation], rows.in_base[activation]));
      ++activation;
    }
    if (const std::int64_t bytes = scratch_[static_cast<std::size_t>(part)]; bytes > 0)
      call.stretches.push_back({static_cast<std::int32_t>(place_.size()), bytes, 0, 0, 0, 0});
    bands_.back().push_back(std::move(call));
    chain_.instructions += instructions + 12;
  }

  void add_move(const RowCall& rows) {
    const Stretch to = stretch(rows.moved, rows.out, rows.out.first),
                  from = stretch(rows.moved, rows.out, rows.out_base);
    bands_.back().push_back({-1, {to, from}});
    chain_.instructions += 20 + to.bytes * 11 / 16;  // device/portable/move_rows.c
  }

  std::shared_ptr<const RowChain> take() {
    make_rounds();
    for (const Round& round : chain_.rounds)
      for (const BandCall& call : round.calls)
        chain_.flash_bytes += 4 + 8 * static_cast<std::int64_t>(call.stretches.size());
    chain_.sources.emplace_back("move_rows.c");
    return std::make_shared<const RowChain>(std::move(chain_));
  }

 private:
  Stretch stretch(TensorId id, RowRange rows, std::int32_t base) const {
    const Tensor& tensor = graph_.tensor(id);
    const std::int64_t row = tensor.bytes() / tensor.shape[1];
    return {place_.at(id), rows.count() * row, (rows.first - base) * row, 0, rows.first * row, 0};
  }

  /// Weights are the same for every band: kept once.
  std::int32_t constant(const Constant& wanted, const std::string& node) {
    const std::string name = node + "_" + wanted.name;
    std::string unique = name;
    for (int i = 2;; ++i) {
      const auto same = std::find_if(chain_.constants.begin(), chain_.constants.end(),
                                     [&](const Constant& c) { return c.name == unique; });
      if (same == chain_.constants.end()) break;
      if (same->bytes == wanted.bytes && same->c_type == wanted.c_type)
        return static_cast<std::int32_t>(same - chain_.constants.begin());
      unique = fmt::format("{}_{}", name, i);
    }
    chain_.constants.push_back(wanted);
    chain_.constants.back().name = unique;
    return static_cast<std::int32_t>(chain_.constants.size()) - 1;
  }

  void add_source(const std::string& source) {
    if (std::find(chain_.sources.begin(), chain_.sources.end(), source) == chain_.sources.end())
      chain_.sources.push_back(source);
  }

  /// What `next` adds to `band`, as steps of a turn; nothing if they differ in more.
  static std::optional<std::vector<BandCall>> steps(const std::vector<BandCall>& band,
                                                    const std::vector<BandCall>& next) {
    if (band.size() != next.size()) return {};
    std::vector<BandCall> with_steps = band;
    for (std::size_t c = 0; c < band.size(); ++c) {
      if (band[c].part != next[c].part) return {};
      for (std::size_t i = 0; i < band[c].stretches.size(); ++i) {
        const Stretch& a = band[c].stretches[i];
        const Stretch& b = next[c].stretches[i];
        if (a.argument != b.argument || a.bytes != b.bytes) return {};
        with_steps[c].stretches[i].offset_step = b.offset - a.offset;
        with_steps[c].stretches[i].tensor_step = b.tensor - a.tensor;
      }
    }
    return with_steps;
  }

  void make_rounds() {
    for (std::size_t band = 0; band < bands_.size();) {
      Round round{1, bands_[band]};
      std::size_t next = band + 1;
      for (; next < bands_.size(); ++next) {
        auto more = steps(bands_[next - 1], bands_[next]);
        if (!more) break;
        // Offsets stay those of the round's first turn.
        for (std::size_t c = 0; c < more->size(); ++c)
          for (std::size_t i = 0; i < (*more)[c].stretches.size(); ++i) {
            (*more)[c].stretches[i].offset = bands_[band][c].stretches[i].offset;
            (*more)[c].stretches[i].tensor = bands_[band][c].stretches[i].tensor;
          }
        if (next > band + 1 && *more != round.calls) break;
        round.calls = std::move(*more);
      }
      round.turns = static_cast<std::int32_t>(next - band);
      chain_.rounds.push_back(std::move(round));
      band = next;
    }
  }

  const Graph& graph_;
  RowChain chain_;
  std::map<TensorId, std::int32_t> place_;  ///< tensor -> argument of the step
  std::vector<std::int64_t> scratch_;       ///< by part
  std::vector<std::vector<BandCall>> bands_;
};

}  // namespace

const std::vector<Candidate>& RowKernels::candidates(const RowCall& call) {
  std::vector<std::int32_t> rows;
  for (const RowRange& in : call.in) rows.push_back(in.count());
  const Key key(call.node, rows, call.out.count(), call.pad_top, call.pad_bottom);
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  const Graph band = band_graph(graph_, call);
  return known_[key] = kernel_candidates(band, widen_int4(band), band.nodes[0], target_, options_);
}

std::shared_ptr<const RowChain> RowKernels::lower(const RowSchedule& schedule, const KernelChoice& choice) {
  std::map<std::size_t, std::vector<Variant>> variants;  // by node
  const auto variant_of = [&](const RowCall& call) -> std::size_t {
    std::vector<Variant>& all = variants[static_cast<std::size_t>(call.node)];
    const std::vector<Candidate>* wanted = &candidates(call);
    const auto found = std::find_if(all.begin(), all.end(), [&](const Variant& v) { return v.candidates == wanted; });
    if (found != all.end()) return static_cast<std::size_t>(found - all.begin());
    all.push_back({wanted, &call, 0});
    return all.size() - 1;
  };
  for (const auto& band : schedule.bands)
    for (const RowCall& call : band)
      if (call.node >= 0) {
        const std::size_t v = variant_of(call);
        ++variants[static_cast<std::size_t>(call.node)][v].times;
      }

  ChainBuilder builder(graph_, schedule);
  std::set<std::string> names;
  std::map<std::size_t, std::vector<std::pair<std::int32_t, std::int64_t>>> parts;  // node: part and cost, by variant
  for (const auto& [n, all] : variants) {
    const Candidate& taken = choice.options[n][choice.taken[n]];
    const KernelDef* def = best_kernel(all, constant_bytes(taken.call));
    if (def == nullptr) return nullptr;
    std::string name = identifier(graph_.nodes[n].name);
    while (!names.insert(name).second) name += "_";
    for (const Variant& variant : all) {
      const KernelCall& call = of_kernel(variant, def)->call;
      const auto number = static_cast<std::int32_t>(parts[n].size());
      parts[n].emplace_back(builder.add_part(name, number, call), call.instructions);
    }
  }
  for (const auto& band : schedule.bands) {
    builder.begin_band();
    for (const RowCall& call : band) {
      if (call.node < 0) {
        builder.add_move(call);
        continue;
      }
      const auto& [part, instructions] = parts[static_cast<std::size_t>(call.node)][variant_of(call)];
      builder.add_call(part, call, instructions);
    }
  }
  return builder.take();
}

}  // namespace mote
