// The text of one layer's function: what source.cpp and rows.cpp share.
#pragma once

#include "ir/plan.h"

namespace mote {

/// `static const TYPE SYMBOL = {...};` and an empty line.
std::string emit_params(const Plan& plan, const std::string& type, const std::string& symbol,
                        const std::vector<Field>& fields);

/// A banded step: the parameters of its parts, each SYMBOL_part_params.
std::string emit_parts(const Plan& plan, const Step& step, const std::string& symbol);
/// And the body of its function: a loop for each round of more than one turn.
std::string emit_rounds(const Plan& plan, const Step& step, const std::string& symbol);

/// The device headers that a step's function needs.
std::vector<std::string> step_headers(const Step& step);

}  // namespace mote
