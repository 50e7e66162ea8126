// A project's text with another test part, comments and all else as they were: what each fold of a cross-validation
// writes beside its models, so that `mote compress` and `mote train` on it split as the fold did. See recipe.h.
#include <fmt/format.h>

#include <algorithm>

#include "train/recipe.h"
#include "train/toml_reader.h"

namespace mote {
namespace {

/// "test = [...]", lines of at most 120 columns.
std::string test_setting(const std::vector<std::string>& groups) {
  constexpr std::size_t kColumns = 120;
  std::string text = "test = [";
  std::size_t line = text.size();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::string name;
    for (const char c : groups[i]) {
      if (c == '"' || c == '\\') name += '\\';
      name += c;
    }
    const std::string item = fmt::format("\"{}\"{}", name, i + 1 < groups.size() ? "," : "");
    if (line + 1 + item.size() > kColumns) {
      text += "\n ";
      line = 1;
    }
    text += i == 0 ? item : " " + item;
    line += item.size() + 1;
  }
  return text + "]\n";
}

}  // namespace

std::string with_test_groups(const Recipe& recipe, const std::vector<std::string>& groups) {
  const toml::table table = toml::parse(recipe.text);
  const toml::table* split = table["split"].as_table();
  std::string text;
  if (split == nullptr) {
    text = recipe.text + (recipe.text.ends_with('\n') ? "" : "\n") + "\n[split]\n" + test_setting(groups);
  } else {
    std::vector<std::pair<std::size_t, std::size_t>> gone;  // lines from 1, first and last
    for (const char* key : {"test", "validation"})
      if (const toml::node* node = split->get(key))
        gone.emplace_back(node->source().begin.line, node->source().end.line);
    std::size_t number = 1;
    for (std::size_t begin = 0, end = 0; begin < recipe.text.size(); begin = end, ++number) {
      end = std::min(recipe.text.find('\n', begin), recipe.text.size() - 1) + 1;
      const bool goes = std::any_of(gone.begin(), gone.end(),
                                    [&](const auto& lines) { return number >= lines.first && number <= lines.second; });
      if (!goes) text += recipe.text.substr(begin, end - begin);
      if (number == split->source().begin.line) text += test_setting(groups);
    }
  }
  const auto again = parse_recipe(text, recipe.file);
  return again.ok() && again->split.test == groups && again->split.validation.empty() ? text : recipe.text;
}

}  // namespace mote
