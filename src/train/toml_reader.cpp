// See toml_reader.h.
#include "train/toml_reader.h"

#include <fmt/format.h>

#include <sstream>

namespace mote {

TomlReader::TomlReader(std::string file, std::string path, const toml::table* table)
    : file_(std::move(file)), path_(std::move(path)), table_(table), error_(std::make_shared<std::optional<Error>>()) {}

std::string TomlReader::place(std::string_view key) const {
  const toml::node* at = table_ == nullptr ? nullptr : table_->get(key);
  const auto line = at != nullptr ? at->source().begin.line : (table_ != nullptr ? table_->source().begin.line : 0);
  return fmt::format("{}:{}: {}{}{}", file_, line, path_, path_.empty() ? "" : ".", key);
}

void TomlReader::fail(std::string_view key, const std::string& what) {
  if (!*error_) *error_ = bad_input(what, place(key));
}

const toml::node* TomlReader::node(std::string_view key) {
  read_.emplace(key);
  return table_ == nullptr ? nullptr : table_->get(key);
}

std::int64_t TomlReader::integer(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high) {
  const toml::node* found = node(key);
  if (found == nullptr) return fallback;
  const auto value = found->value_exact<std::int64_t>();
  if (value && *value >= low && *value <= high) return *value;
  fail(key, fmt::format("expects a whole number from {} to {}", low, high));
  return fallback;
}

double TomlReader::real(std::string_view key, double fallback, double low, double high) {
  const toml::node* found = node(key);
  if (found == nullptr) return fallback;
  const auto value = found->is_number() ? found->value<double>() : std::nullopt;
  if (value && *value >= low && *value <= high) return *value;
  fail(key, fmt::format("expects a number from {} to {}", low, high));
  return fallback;
}

bool TomlReader::flag(std::string_view key, bool fallback) {
  const toml::node* found = node(key);
  if (found == nullptr) return fallback;
  if (const auto value = found->value_exact<bool>()) return *value;
  fail(key, "expects true or false");
  return fallback;
}

std::string TomlReader::text(std::string_view key, std::string_view fallback, std::string_view choices) {
  const toml::node* found = node(key);
  if (found == nullptr) return std::string(fallback);
  const auto value = found->value_exact<std::string>();
  if (!value) {
    fail(key, "expects a text in quotes");
    return std::string(fallback);
  }
  if (choices.empty()) return *value;
  for (std::string_view rest = choices; !rest.empty();) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    if (rest.substr(0, end) == *value) return *value;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::string list(choices);
  for (std::size_t at; (at = list.find('|')) != std::string::npos;) list.replace(at, 1, ", ");
  fail(key, fmt::format("\"{}\" is not one of {}", *value, list));
  return std::string(fallback);
}

std::vector<std::string> TomlReader::texts(std::string_view key) {
  const toml::node* found = node(key);
  std::vector<std::string> values;
  if (found == nullptr) return values;
  const toml::array* array = found->as_array();
  if (array != nullptr)
    for (const toml::node& item : *array)
      if (const auto value = item.value_exact<std::string>()) values.push_back(*value);
  if (array == nullptr || values.size() != array->size()) fail(key, "expects a list of texts: [\"a\", \"b\"]");
  return values;
}

std::vector<std::string> TomlReader::values(std::string_view key) {
  const toml::node* found = node(key);
  std::vector<std::string> values;
  if (found == nullptr) return values;
  const toml::array* array = found->as_array();
  if (array == nullptr) {
    fail(key, "expects a list of values");
    return values;
  }
  for (const toml::node& item : *array) {
    if (const auto real = item.value_exact<double>()) {  // 0.003, where the formatter says 0.0030000000000000001
      const std::string shortest = fmt::format("{}", *real);
      values.push_back(shortest + (shortest.find_first_of(".en") == std::string::npos ? ".0" : ""));
      continue;
    }
    std::ostringstream text;
    item.visit([&](const auto& value) { text << toml::toml_formatter{value}; });
    values.push_back(text.str());
  }
  return values;
}

std::vector<std::int32_t> TomlReader::integers(std::string_view key, std::vector<std::int32_t> fallback,
                                               std::int64_t low, std::int64_t high) {
  const toml::node* found = node(key);
  if (found == nullptr) return fallback;
  std::vector<std::int32_t> values;
  const auto take = [&](const toml::node& item) {
    const auto value = item.value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) return false;
    values.push_back(static_cast<std::int32_t>(*value));
    return true;
  };
  bool good = true;
  if (const toml::array* array = found->as_array()) {
    for (const toml::node& item : *array) good = good && take(item);
    good = good && !values.empty();
  } else {
    good = take(*found);
  }
  if (good) return values;
  fail(key, fmt::format("expects whole numbers from {} to {}", low, high));
  return fallback;
}

TomlReader TomlReader::section(std::string_view key) {
  const toml::node* found = node(key);
  if (found != nullptr && found->as_table() == nullptr) fail(key, fmt::format("expects a section: [{}]", key));
  TomlReader inner(file_, path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key),
                   found == nullptr ? nullptr : found->as_table());
  inner.error_ = error_;
  return inner;
}

std::vector<TomlReader> TomlReader::sections(std::string_view key) {
  const toml::node* found = node(key);
  std::vector<TomlReader> inner;
  if (found == nullptr) return inner;
  const toml::array* array = found->as_array();
  if (array == nullptr || !array->is_array_of_tables()) {
    fail(key,
         fmt::format("expects sections: [[{}]]", path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key)));
    return inner;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    inner.emplace_back(file_, fmt::format("{}{}{}[{}]", path_, path_.empty() ? "" : ".", key, i),
                       array->get(i)->as_table());
    inner.back().error_ = error_;
  }
  return inner;
}

Result<void> TomlReader::finish() {
  if (table_ != nullptr && !*error_)
    for (const auto& [key, value] : *table_)
      if (!read_.contains(key.str())) {
        fail(key.str(), fmt::format("unknown setting; known here: {}", fmt::join(read_, ", ")));
        break;
      }
  if (*error_) return **error_;
  return {};
}

}  // namespace mote
