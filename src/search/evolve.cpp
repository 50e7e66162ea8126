// See evolve.h.
#include "search/evolve.h"

#include <fmt/format.h>

#include <cmath>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/batch_evaluators/member_bfe.hpp>
#include <pagmo/bfe.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

namespace mote::search {
namespace {

/// Leaves pagmo's loops when the caller has had enough; caught in evolve().
struct Enough {};

struct ChoicesProblem {
  EvolveOptions options;
  EvaluateFn evaluate;

  pagmo::vector_double fitness(const pagmo::vector_double& x) const { return batch_fitness(x); }

  pagmo::vector_double batch_fitness(const pagmo::vector_double& points) const {
    const std::size_t n = options.sizes.size();
    std::vector<Genes> batch(points.size() / n);
    for (std::size_t i = 0; i < points.size(); ++i)
      batch[i / n].push_back(static_cast<std::int32_t>(std::lround(points[i])));
    const auto answers = evaluate(batch);
    if (answers.empty()) throw Enough{};
    pagmo::vector_double flat;
    for (const auto& answer : answers) flat.insert(flat.end(), answer.begin(), answer.end());
    return flat;
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    pagmo::vector_double low(options.sizes.size(), 0), high;
    for (const std::int32_t size : options.sizes) high.push_back(size - 1);
    return {low, high};
  }
  pagmo::vector_double::size_type get_nobj() const {
    return static_cast<pagmo::vector_double::size_type>(options.objectives);
  }
  pagmo::vector_double::size_type get_nix() const { return options.sizes.size(); }
  pagmo::thread_safety get_thread_safety() const { return pagmo::thread_safety::none; }
  template <typename Archive>
  void serialize(Archive& /*archive*/, unsigned /*version*/) {}  // pagmo wants it; nothing is ever archived
};

}  // namespace

Result<void> evolve(const EvolveOptions& options, const EvaluateFn& evaluate) {
  try {
    const pagmo::bfe together{pagmo::member_bfe{}};
    const auto population = static_cast<pagmo::population::size_type>(options.population);
    pagmo::population now(pagmo::problem(ChoicesProblem{options, evaluate}), together, population, options.seed);
    const double mutation = 1.0 / static_cast<double>(options.sizes.size());
    for (std::int32_t generation = 1; generation < options.generations; ++generation) {
      pagmo::nsga2 step(1, 0.95, 10., mutation, 50., options.seed + static_cast<std::uint32_t>(generation));
      step.set_bfe(together);
      now = pagmo::algorithm(step).evolve(now);
    }
  } catch (const Enough&) {
    return {};
  } catch (const std::exception& error) {
    return internal_error(fmt::format("pagmo: {}", error.what()));
  }
  return {};
}

}  // namespace mote::search
