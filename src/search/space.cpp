// See space.h.
#include "search/space.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>

namespace mote::search {
namespace {

/// Named networks whose blocks may each have their own width.
struct Blocks {
  std::string_view network;
  std::int32_t usual, least;
  bool has_kernel;
};
constexpr std::array kBlocks = {Blocks{"cnn1d", 4, 1, true}, Blocks{"separable1d", 4, 2, true},
                                Blocks{"ds_cnn", 5, 2, false}, Blocks{"resnet8", 3, 1, false},
                                Blocks{"mlp", 2, 1, false}};

/// What may change when the project does not say.
Result<Space> usual_space(const Recipe& recipe) {
  Space space;
  if (recipe.network.type == "layers")
    return bad_input("a network written layer by layer: say what may change in [[search.choices]] (setting, values)",
                     recipe.file.string());
  const auto* blocks =
      std::find_if(kBlocks.begin(), kBlocks.end(), [&](const Blocks& b) { return b.network == recipe.network.type; });
  if (blocks == kBlocks.end()) {
    space.choices = {{"network.width", {"0.125", "0.1875", "0.25", "0.375", "0.5", "0.75", "1.0"}}};
    return space;
  }
  for (std::int32_t block = 0; block <= blocks->usual; ++block) {
    SearchChoice choice{fmt::format("network.channels[{}]", block), {}};
    if (block >= blocks->least) choice.values.emplace_back("0");
    for (const int width : {8, 16, 24, 32, 48, 64, 96}) choice.values.push_back(std::to_string(width));
    space.choices.push_back(std::move(choice));
  }
  if (blocks->has_kernel) space.choices.push_back({"network.kernel", {"3", "5", "7", "9"}});
  return space;
}

/// "network.channels[2]" -> steps: keys and list places.
struct Step {
  std::string key;
  std::int64_t index = -1;  ///< of the list under the key; -1: the key itself
};

Result<std::vector<Step>> parse_path(const std::string& setting) {
  std::vector<Step> steps;
  std::istringstream parts(setting);
  std::string part;
  const auto wrong = [&] {
    return bad_input("is no setting; write it as network.width or network.channels[0]", setting);
  };
  while (std::getline(parts, part, '.')) {
    Step step{part, -1};
    if (const auto bracket = part.find('['); bracket != std::string::npos) {
      step.key = part.substr(0, bracket);
      const char* begin = part.data() + bracket + 1;
      const char* end = part.data() + part.size();
      const auto [stop, error] = std::from_chars(begin, end, step.index);
      if (error != std::errc() || stop + 1 != end || *stop != ']' || step.index < 0 || step.index > 63) return wrong();
    }
    if (step.key.empty()) return wrong();
    steps.push_back(std::move(step));
  }
  if (steps.empty()) return wrong();
  return steps;
}

/// Puts `value` at `setting`, making tables and lists on the way.
Result<void> set(toml::table& table, const std::string& setting, const toml::node& value) {
  MOTE_TRY(const std::vector<Step> steps, parse_path(setting));
  const auto clash = [&] { return bad_input("goes through something that is no table or list", setting); };
  toml::table* here = &table;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const Step& step = steps[s];
    const bool last = s + 1 == steps.size();
    if (step.index < 0) {
      if (last) {
        here->insert_or_assign(step.key, value);
        return {};
      }
      if (!here->contains(step.key)) here->insert(step.key, toml::table{});
      here = here->get_as<toml::table>(step.key);
      if (here == nullptr) return clash();
      continue;
    }
    if (!here->contains(step.key)) here->insert(step.key, toml::array{});
    toml::array* list = here->get_as<toml::array>(step.key);
    if (list == nullptr) return clash();
    const auto index = static_cast<std::size_t>(step.index);
    if (last) {
      while (list->size() <= index) list->push_back(0);
      list->replace(list->cbegin() + step.index, value);
      return {};
    }
    if (index >= list->size()) return clash();
    here = list->get_as<toml::table>(index);
    if (here == nullptr) return clash();
  }
  return {};
}

/// Lists that the space writes into lose their zeros: blocks that are left out.
void drop_zeros(toml::table& table, const std::string& setting) {
  const auto steps = parse_path(setting);
  toml::table* here = &table;
  for (std::size_t s = 0; steps && s + 1 < steps->size() && here != nullptr; ++s)
    here = (*steps)[s].index < 0 ? here->get_as<toml::table>((*steps)[s].key) : nullptr;
  if (!steps || here == nullptr || steps->back().index < 0) return;
  toml::array* list = here->get_as<toml::array>(steps->back().key);
  if (list == nullptr) return;
  for (auto it = list->cbegin(); it != list->cend();)
    it = it->value<std::int64_t>() == 0 ? list->erase(it) : std::next(it);
}

/// A layer of the network that the space gave no filters is left out.
void drop_layers(toml::table& table) {
  toml::table* network = table.get_as<toml::table>("network");
  toml::array* layers = network == nullptr ? nullptr : network->get_as<toml::array>("layers");
  if (layers == nullptr) return;
  for (auto it = layers->cbegin(); it != layers->cend();) {
    const toml::table* layer = it->as_table();
    const auto none = [&](const char* key) { return layer != nullptr && (*layer)[key].value<std::int64_t>() == 0; };
    it = none("filters") || none("units") ? layers->erase(it) : std::next(it);
  }
}

std::string text_of(toml::table table) {
  table.erase("search");
  std::ostringstream out;
  out << table << "\n";
  return out.str();
}

}  // namespace

Result<Space> make_space(const Recipe& recipe) {
  Space space{recipe.search.choices};
  if (space.choices.empty()) {
    MOTE_TRY(space, usual_space(recipe));
  }
  // Every single value must be one that the recipe takes; combinations are seen when they come.
  Genes genes(space.choices.size(), 0);
  for (std::size_t c = 0; c < space.choices.size(); ++c) {
    for (std::size_t v = 0; v < space.choices[c].values.size(); ++v) {
      genes.assign(genes.size(), 0);
      for (std::size_t other = 0; other < genes.size(); ++other)
        genes[other] = static_cast<std::int32_t>(space.choices[other].values.size()) - 1;
      genes[c] = static_cast<std::int32_t>(v);
      MOTE_TRY(const std::string text, apply(space, genes, recipe.text));
      if (auto parsed = parse_recipe(text, recipe.file); !parsed)
        return bad_input(fmt::format("search.choices: {} = {}: {}", space.choices[c].setting,
                                     space.choices[c].values[v], parsed.error().to_string()),
                         recipe.file.string());
    }
  }
  return space;
}

Result<std::string> apply(const Space& space, const Genes& genes, const std::string& project) {
  try {
    toml::table table = toml::parse(project);
    for (std::size_t c = 0; c < space.choices.size(); ++c) {
      const std::string& text = space.choices[c].values[static_cast<std::size_t>(genes[c])];
      const toml::table holder = toml::parse("value = " + text);
      MOTE_TRY_VOID(set(table, space.choices[c].setting, *holder.get("value")));
    }
    for (const SearchChoice& choice : space.choices) drop_zeros(table, choice.setting);
    drop_layers(table);
    return text_of(std::move(table));
  } catch (const toml::parse_error& error) {
    return bad_input(std::string(error.description()), "search.choices");
  }
}

Result<std::string> reference_project(const Recipe& recipe) {
  toml::table own = toml::parse(recipe.text);
  if (recipe.search.reference == "own") return text_of(std::move(own));
  MOTE_TRY(const Recipe other, read_recipe(recipe.file.parent_path() / recipe.search.reference));
  toml::table theirs = toml::parse(other.text);
  own.erase("network");
  if (const toml::node* network = theirs.get("network")) own.insert("network", *network);
  return text_of(std::move(own));
}

std::string describe(const Space& space, const Genes& genes) {
  if (genes.empty()) return "the reference";
  std::string text;
  for (std::size_t c = 0; c < space.choices.size(); ++c)
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", space.choices[c].setting,
                        space.choices[c].values[static_cast<std::size_t>(genes[c])]);
  return text;
}

}  // namespace mote::search
