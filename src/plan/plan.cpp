// See plan.h. Tensors that share bytes (reshapes) become one buffer, views (plan/views.h) buffers within others; every
// other node becomes a step.
#include "plan/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/kernels.h"
#include "ops/ops.h"
#include "plan/check_memory.h"
#include "plan/memory.h"
#include "plan/optimisations.h"
#include "plan/rows.h"
#include "plan/views.h"

namespace mote {
namespace {

/// Everything known while steps and buffers are being made.
class Planner {
 public:
  Planner(const Graph& graph, const Target& target, const PlanOptions& options)
      : graph_(graph),
        target_(target),
        options_(options),
        home_(homes(graph)),
        view_of_(graph.tensors.size(), nullptr),
        buffer_of_(graph.tensors.size(), -1) {
    share_ = is_on(kShareConstants, options.disabled_kernels);
    overlaps_ = is_on(kOverlaps, options.disabled_kernels);
  }

  Result<Plan> run(const KernelChoice& choice) {
    plan_.model = graph_.name;
    plan_.model_hash = options_.model_hash;
    plan_.target = target_.name;
    plan_.streaming = options_.streaming;
    plan_.alignment = target_.alignment;
    MOTE_TRY_VOID(check_outputs());
    std::vector<std::vector<const BufferView*>> views(graph_.nodes.size());
    for (const BufferView& view : choice.views) {
      views[view.node].push_back(&view);
      view_of_[home(view.part)] = &view;
    }
    add_inputs();
    std::vector<bool> absorbed(graph_.nodes.size(), false);
    std::vector<const RowChain*> chain_at(graph_.nodes.size(), nullptr);  // by last node
    for (const auto& chain : choice.chains) {
      chain_at[chain->schedule.last] = chain.get();
      for (std::size_t n = chain->schedule.first; n <= chain->schedule.last; ++n) absorbed[n] = true;
    }
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (choice.options[n].empty() || absorbed[n]) continue;
      const int other = choice.options[n][choice.taken[n]].call.absorbs;
      if (other >= 0) absorbed[static_cast<std::size_t>(other)] = true;
    }
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (chain_at[n] != nullptr)
        add_chain(*chain_at[n]);
      else if (!views[n].empty())
        add_copies(n, views[n]);
      else if (!choice.options[n].empty() && !absorbed[n])
        add_step(n, choice.options[n][choice.taken[n]].call);
    }
    add_outputs();
    extend_wholes();
    place();
    return std::move(plan_);
  }

 private:
  std::size_t home(TensorId id) const { return static_cast<std::size_t>(home_[static_cast<std::size_t>(id)]); }

  Result<void> check_outputs() const {
    for (const TensorId id : graph_.outputs)
      if (graph_.tensor(id).is_constant())
        return unsupported(
            fmt::format("model output \"{}\" is a constant; remove it from the model", graph_.tensor(id).name));
    return {};
  }

  /// Of a view it is the offset from the whole that stands in it until place(). A whole comes before its parts.
  std::int32_t buffer(TensorId id, BufferKind kind, std::int32_t first) {
    const std::size_t root = home(id);
    if (buffer_of_[root] >= 0) return buffer_of_[root];
    const Tensor& tensor = graph_.tensors[root];
    const BufferView* view = view_of_[root];
    const std::int32_t whole = view == nullptr ? -1 : buffer(view->whole, BufferKind::activation, first);
    plan_.buffers.push_back({identifier(tensor.name), kind, tensor.bytes(), view == nullptr ? 0 : view->offset, first,
                             first, static_cast<TensorId>(root),
                             kind == BufferKind::state ? reset_byte(tensor) : std::uint8_t{0}, whole});
    return buffer_of_[root] = static_cast<std::int32_t>(plan_.buffers.size()) - 1;
  }

  Buffer& at(std::int32_t b) { return plan_.buffers[static_cast<std::size_t>(b)]; }

  Port port(TensorId id) const {
    const Tensor& tensor = graph_.tensor(id);
    return {tensor.name, buffer_of_[home(id)], tensor.type, tensor.shape, tensor.quant};
  }

  void add_inputs() {
    for (const TensorId id : graph_.inputs) {
      buffer(id, BufferKind::input, -1);
      plan_.inputs.push_back(port(id));
    }
  }

  void add_outputs() {
    const auto end = static_cast<std::int32_t>(plan_.steps.size());
    for (const TensorId id : graph_.outputs) {
      buffer(id, BufferKind::activation, end);  // of a slice that no step reads
      plan_.outputs.push_back(port(id));
      Buffer& out = at(plan_.outputs.back().buffer);
      out.last = end;
      if (out.kind == BufferKind::activation) out.kind = BufferKind::output;
    }
  }

  /// The same bytes are stored once: bigger models repeat multipliers, biases and tables.
  std::int32_t add_constant(Constant constant, const std::string& step) {
    for (std::size_t c = 0; share_ && c < plan_.constants.size(); ++c) {
      const Constant& known = plan_.constants[c];
      if (known.c_type == constant.c_type && known.alignment == constant.alignment && known.bytes == constant.bytes)
        return static_cast<std::int32_t>(c);
    }
    constant.name = step + "_" + constant.name;
    plan_.constants.push_back(std::move(constant));
    return static_cast<std::int32_t>(plan_.constants.size()) - 1;
  }

  std::string unique_step_name(const std::string& name) const {
    const std::string base = identifier(name);
    std::string candidate = base;
    const auto taken = [&] {
      return std::any_of(plan_.steps.begin(), plan_.steps.end(),
                         [&](const Step& step) { return step.name == candidate; });
    };
    for (int i = 2; taken(); ++i) candidate = fmt::format("{}_{}", base, i);
    return candidate;
  }

  std::int64_t macs(std::size_t n) const {
    const Node& node = graph_.nodes[n];
    return node.op->macs == nullptr ? 0 : node.op->macs(graph_, node);
  }

  /// What every call of one kernel has: no arguments yet, and constants still numbered as the call's own.
  Step begin_step(std::size_t n, const std::string& name, TensorId completes, KernelCall& call) {
    Step step;
    step.name = unique_step_name(name);
    step.op = graph_.nodes[n].op->name;
    step.kernel = std::move(call.kernel);
    step.params_type = std::move(call.params_type);
    step.header = std::move(call.header);
    step.sources = std::move(call.sources);
    step.fields = std::move(call.fields);
    step.instructions_estimated = call.instructions;
    step.tensor = completes;
    step.node = static_cast<std::int32_t>(n);
    return step;
  }

  void add_step(std::size_t n, KernelCall call) {
    const Node& node = graph_.nodes[n];
    const auto index = static_cast<std::int32_t>(plan_.steps.size());
    Step step = begin_step(n, node.name, node.outputs[0], call);
    step.macs = macs(n) + (call.absorbs < 0 ? 0 : macs(static_cast<std::size_t>(call.absorbs)));
    if (overlaps_) step.overlap = call.overlap;
    if (overlaps_) step.further_overlaps = std::move(call.further_overlaps);

    std::vector<std::int32_t> placed;  // the call's constants among the plan's
    for (Constant& constant : call.constants) placed.push_back(add_constant(std::move(constant), step.name));
    for (Field& field : step.fields)
      if (auto* reference = std::get_if<ConstantRef>(&field.value); reference != nullptr && reference->index >= 0)
        reference->index = placed[static_cast<std::size_t>(reference->index)];

    for (const TensorId id : node.outputs) {
      const Tensor& tensor = graph_.tensor(id);
      const bool state = node.op->stateful && id == node.outputs[0];
      const BufferKind kind = state ? BufferKind::state : BufferKind::activation;
      step.arguments.push_back(
          {buffer(id, kind, index), -1, state ? Access::read_write : Access::write, std::string(c_type(tensor.type))});
    }
    for (std::size_t i = 0; i < call.reads.size(); ++i)
      step.arguments.push_back(read(call.reads[i], index, fmt::format("input_{}", i), step.name));
    if (call.scratch_bytes > 0) {
      plan_.buffers.push_back(
          {step.name + "_scratch", BufferKind::scratch, call.scratch_bytes, 0, index, index, kNoTensor});
      step.arguments.push_back({static_cast<std::int32_t>(plan_.buffers.size()) - 1, -1, Access::write, "void"});
    }
    plan_.steps.push_back(std::move(step));
  }

  Argument read(TensorId id, std::int32_t index, const std::string& constant_name, const std::string& step) {
    const Tensor& tensor = graph_.tensor(id);
    Argument argument{-1, -1, Access::read, std::string(c_type(tensor.type))};
    if (tensor.is_constant()) {
      argument.constant = add_constant({constant_name, argument.c_type, *tensor.data, 4}, step);
    } else {
      argument.buffer = buffer(id, BufferKind::activation, index);
      at(argument.buffer).last = std::max(at(argument.buffer).last, index);
    }
    return argument;
  }

  /// Of a concat some of whose operands are views: the others are copied to their places. Nothing for a slice.
  void add_copies(std::size_t n, const std::vector<const BufferView*>& views) {
    const Node& node = graph_.nodes[n];
    std::int64_t offset = 0;
    for (std::size_t i = 0; node.op == &ops::concat && i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      const std::int64_t bytes = graph_.tensor(id).bytes();
      const bool in_place =
          std::any_of(views.begin(), views.end(), [i](const BufferView* v) { return v->operand == i; });
      if (!in_place) {
        const auto index = static_cast<std::int32_t>(plan_.steps.size());
        KernelCall call = kernels::concat_operand(graph_, node, i);
        Step step = begin_step(n, fmt::format("{}_{}", node.name, i), id, call);
        const std::int32_t whole = buffer(node.outputs[0], BufferKind::activation, index);
        plan_.buffers.push_back({step.name, BufferKind::activation, bytes, offset, index, index, id, 0, whole});
        step.arguments.push_back({static_cast<std::int32_t>(plan_.buffers.size()) - 1, -1, Access::write,
                                  std::string(c_type(graph_.tensor(id).type))});
        step.arguments.push_back(read(id, index, "input", step.name));
        plan_.steps.push_back(std::move(step));
      }
      offset += bytes;
    }
  }

  /// Layers by bands of rows: one step, whose rings are buffers of its own.
  void add_chain(const RowChain& chain) {
    const RowSchedule& schedule = chain.schedule;
    const Node& last = graph_.nodes[schedule.last];
    const auto index = static_cast<std::int32_t>(plan_.steps.size());
    Step step;
    step.name = unique_step_name(last.name);
    step.op = "rows";
    step.kernel = fmt::format("{} layers by rows", schedule.last - schedule.first + 1);
    step.sources = chain.sources;
    for (std::size_t n = schedule.first; n <= schedule.last; ++n) step.macs += macs(n);
    step.instructions_estimated = chain.instructions;
    step.tensor = last.outputs[0];
    step.node = static_cast<std::int32_t>(schedule.last);
    if (overlaps_) step.overlap = {.allowed = true, .lead = schedule.lead, .equal_offset_only = false};
    std::vector<std::int32_t> placed;  // the chain's constants among the plan's
    for (const Constant& constant : chain.constants) placed.push_back(add_constant(constant, step.name + "_rows"));
    step.parts = chain.parts;
    for (Part& part : step.parts)
      for (Field& field : part.fields)
        if (auto* reference = std::get_if<ConstantRef>(&field.value); reference != nullptr && reference->index >= 0)
          reference->index = placed[static_cast<std::size_t>(reference->index)];
    step.rounds = chain.rounds;

    const auto type = [&](TensorId id) { return std::string(c_type(graph_.tensor(id).type)); };
    step.arguments.push_back(
        {buffer(last.outputs[0], BufferKind::activation, index), -1, Access::write, type(last.outputs[0])});
    for (const TensorId id : schedule.inputs) {
      const std::int32_t b = buffer(id, BufferKind::activation, index);
      at(b).last = std::max(at(b).last, index);
      step.arguments.push_back({b, -1, Access::read, type(id)});
    }
    const auto add_own = [&](const std::string& name, BufferKind kind, std::int64_t bytes, const std::string& c_name) {
      plan_.buffers.push_back({name, kind, bytes, 0, index, index, kNoTensor});
      step.arguments.push_back({static_cast<std::int32_t>(plan_.buffers.size()) - 1, -1, Access::write, c_name});
    };
    for (std::size_t i = 0; i < schedule.between.size(); ++i) {
      const Tensor& tensor = graph_.tensor(schedule.between[i]);
      add_own(identifier(tensor.name) + "_rows", BufferKind::rows,
              schedule.rows[i] * (tensor.bytes() / tensor.shape[1]), type(schedule.between[i]));
    }
    if (chain.scratch_bytes > 0) add_own(step.name + "_scratch", BufferKind::scratch, chain.scratch_bytes, "void");
    plan_.steps.push_back(std::move(step));
  }

  /// A whole lives while any of its parts does.
  void extend_wholes() {
    for (std::size_t b = plan_.buffers.size(); b-- > 0;) {
      const Buffer& part = plan_.buffers[b];
      if (part.within < 0) continue;
      Buffer& whole = at(part.within);
      whole.first = std::min(whole.first, part.first);
      whole.last = std::max(whole.last, part.last);
    }
  }

  /// The buffer that is no view and holds this one, and where.
  struct Root {
    std::int32_t buffer = -1;
    std::int64_t offset = 0;
  };
  Root root(std::int32_t b) {
    Root found{b, 0};
    for (; at(found.buffer).within >= 0; found.buffer = at(found.buffer).within)
      found.offset += at(found.buffer).offset;
    return found;
  }

  /// How the step's output may overlap this one of its arguments, a buffer that is read: what holds for all reads of
  /// it.
  static Overlap overlap_with(const Step& step, std::int32_t buffer) {
    std::size_t reads = 0;
    std::int32_t first = -1;
    Overlap all{.allowed = true, .lead = INT64_MIN, .equal_offset_only = false};
    for (const Argument& argument : step.arguments) {
      if (argument.access != Access::read) continue;
      const std::size_t i = reads++;
      if (i == 0) first = argument.buffer;
      if (argument.buffer != buffer) continue;
      Overlap one;
      if (i == 0 || (step.further_overlaps.empty() && buffer == first))
        one = step.overlap;
      else if (i <= step.further_overlaps.size())
        one = step.further_overlaps[i - 1];
      all.allowed = all.allowed && one.allowed;
      all.lead = std::max(all.lead, one.lead);
      all.equal_offset_only = all.equal_offset_only || one.equal_offset_only;
    }
    return all;
  }

  bool holds(std::int32_t whole, std::int32_t part) {
    while (part >= 0 && part != whole) part = at(part).within;
    return part == whole;
  }

  /// Where what was written before this step of the buffer that is to be written ends: other parts of the same whole.
  std::int64_t written_before(std::int32_t written, std::int32_t now) {
    const std::int32_t whole = root(written).buffer;
    std::int64_t end = 0;
    for (std::int32_t b = 0; b < static_cast<std::int32_t>(plan_.buffers.size()); ++b) {
      if (at(b).first >= now || holds(b, written)) continue;
      if (const Root there = root(b); there.buffer == whole) end = std::max(end, there.offset + at(b).bytes);
    }
    return end;
  }

  /// An output may overlap an input only where the input's value dies in that very step, with all that lies in its
  /// whole, and where it keeps clear of what stands in the output's whole before.
  std::vector<AllowedOverlap> overlaps() {
    std::vector<AllowedOverlap> allowed;
    for (std::size_t s = 0; s < plan_.steps.size(); ++s) {
      const Step& step = plan_.steps[s];
      const auto now = static_cast<std::int32_t>(s);
      const std::int32_t written = step.arguments[0].buffer;
      if (written < 0) continue;
      const Root out = root(written);
      const std::int64_t before = written_before(written, now);
      std::vector<std::int32_t> seen;
      for (const Argument& argument : step.arguments) {
        if (argument.access != Access::read || argument.buffer < 0) continue;
        if (std::find(seen.begin(), seen.end(), argument.buffer) != seen.end()) continue;
        seen.push_back(argument.buffer);
        Overlap overlap = overlap_with(step, argument.buffer);
        const Root in = root(argument.buffer);
        if (!overlap.allowed || at(in.buffer).last != now || at(in.buffer).kind == BufferKind::state) continue;
        const bool alone = std::none_of(step.arguments.begin(), step.arguments.end(), [&](const Argument& other) {
          if (other.buffer < 0 || other.buffer == argument.buffer || other.buffer == written) return false;
          const std::int32_t there = root(other.buffer).buffer;
          return there == in.buffer || (there == out.buffer && other.access != Access::read);
        });
        if (!alone || in.buffer == out.buffer) continue;
        if (overlap.equal_offset_only && (in.offset != out.offset || before > 0)) continue;
        overlap.lead = std::max(overlap.lead + out.offset - in.offset, before > 0 ? before : INT64_MIN);
        allowed.push_back({out.buffer, in.buffer, overlap});
      }
    }
    return allowed;
  }

  /// Wholes get offsets, views theirs within them.
  void place() {
    const auto end = static_cast<std::int32_t>(plan_.steps.size());
    std::vector<Lifetime> lifetimes;
    std::vector<std::int32_t> request(plan_.buffers.size(), -1);
    for (std::size_t b = 0; b < plan_.buffers.size(); ++b) {
      const Buffer& buffer = plan_.buffers[b];
      if (buffer.within >= 0) continue;
      request[b] = static_cast<std::int32_t>(lifetimes.size());
      lifetimes.push_back(buffer.kind == BufferKind::state ? Lifetime{buffer.bytes, -1, end}
                                                           : Lifetime{buffer.bytes, buffer.first, buffer.last});
    }
    std::vector<AllowedOverlap> allowed = overlaps();
    for (AllowedOverlap& pair : allowed) {
      pair.output = request[static_cast<std::size_t>(pair.output)];
      pair.input = request[static_cast<std::size_t>(pair.input)];
    }
    const MemoryLayout layout = plan_memory(lifetimes, allowed, plan_.alignment);
    for (std::size_t b = 0; b < plan_.buffers.size(); ++b) {
      Buffer& buffer = plan_.buffers[b];
      if (buffer.within < 0)
        buffer.offset = layout.offsets[static_cast<std::size_t>(request[b])];
      else
        buffer.offset += at(buffer.within).offset;
    }
    plan_.arena_bytes = layout.total;
  }

  const Graph& graph_;
  const Target& target_;
  const PlanOptions& options_;
  Plan plan_;
  bool share_ = true;                       ///< constants
  bool overlaps_ = true;                    ///< outputs lie on inputs that die, where kernels allow it
  std::vector<TensorId> home_;              ///< tensor -> the tensor whose bytes it shares
  std::vector<const BufferView*> view_of_;  ///< home tensor -> the view that says where it lies, or null
  std::vector<std::int32_t> buffer_of_;     ///< home tensor -> buffer, or -1
};

}  // namespace

Result<Plan> lay_out(const Graph& graph, const Target& target, const PlanOptions& options, const KernelChoice& choice) {
  return Planner(graph, target, options).run(choice);
}

Result<Plan> make_plan(const Graph& graph, const Target& target, const PlanOptions& options) {
  KernelChoice choice;
  return make_plan(graph, target, options, choice);
}

Result<Plan> make_plan(const Graph& graph, const Target& target, const PlanOptions& options, KernelChoice& choice) {
  MOTE_TRY(choice, choose_kernels(graph, target, options));
  MOTE_TRY(Plan plan, lay_out(graph, target, options, choice));
  const Budget& budget = options.budget;
  if (budget.optimize == Optimize::ram) MOTE_TRY_VOID(fit_ram(graph, target, options, {}, choice, plan));
  if (budget.optimize == Optimize::balanced) {
    // RAM that is nearly free: at most a twentieth more instructions, at most twenty for a byte, and next to no flash.
    PlanOptions careful = options;
    const std::int64_t most_constants = plan.constant_bytes() + plan.constant_bytes() / 50 + 512;
    if (budget.flash_bytes <= 0 || most_constants < budget.flash_bytes) careful.budget.flash_bytes = most_constants;
    std::int64_t instructions = 0;
    for (const Step& step : plan.steps) instructions += step.instructions_estimated;
    MOTE_TRY_VOID(fit_ram(graph, target, careful, {0, instructions + instructions / 20, 20.0}, choice, plan));
  }
  if (budget.ram_bytes > 0 && plan.arena_bytes > budget.ram_bytes)
    MOTE_TRY_VOID(fit_ram(graph, target, options, {.bytes = budget.ram_bytes}, choice, plan));
  MOTE_TRY_VOID(check_memory(plan, graph));
  MOTE_TRY_VOID(check_budget(plan, budget));
  return plan;
}

}  // namespace mote
