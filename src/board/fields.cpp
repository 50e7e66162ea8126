// See fields.h. The TOML library stays inside this file: its tree is turned into JSON at once.
#include "board/fields.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/files.h"

namespace mote {
using nlohmann::json;

Result<json> read_toml(const std::filesystem::path& path) {
  MOTE_TRY(const std::string text, read_text(path));
  try {
    const toml::table table = toml::parse(text);
    std::ostringstream stream;
    stream << toml::json_formatter{table};
    return json::parse(stream.str());
  } catch (const toml::parse_error& error) {
    const auto begin = error.source().begin;
    return bad_input(fmt::format("is not TOML: {}", error.description()),
                     fmt::format("{}:{}:{}", path.string(), begin.line, begin.column));
  } catch (const json::exception&) {
    return bad_input("holds a number that JSON cannot (infinity or NaN)", path.string());
  }
}

Result<json> read_json(const std::filesystem::path& path) {
  MOTE_TRY(const std::string text, read_text(path));
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    return bad_input(fmt::format("is not JSON (byte {})", error.byte), path.string());
  } catch (const json::exception&) {
    return bad_input("is not JSON", path.string());
  }
}

namespace {
const json& empty_object() {
  static const json empty = json::object();
  return empty;
}
}  // namespace

Fields::Fields(const json& object, std::string where)
    : Fields(object, std::move(where), std::make_shared<std::optional<Error>>()) {}

Fields::Fields(const json& object, std::string where, std::shared_ptr<std::optional<Error>> mistake)
    : object_(&object), where_(std::move(where)), mistake_(std::move(mistake)) {
  if (object.is_object()) return;
  if (!*mistake_) *mistake_ = bad_input("must be a table of fields", where_);
  object_ = &empty_object();
}

void Fields::fail(const std::string& key, const std::string& what) {
  if (!*mistake_) *mistake_ = bad_input(fmt::format("field \"{}\" {}", key, what), where_);
}

Result<void> Fields::finish() const {
  if (*mistake_) return **mistake_;
  return {};
}

const json* Fields::find(const std::string& key, bool needed) {
  asked_.insert(key);
  const auto found = object_->find(key);
  if (found != object_->end()) return &*found;
  if (needed) fail(key, "is missing");
  return nullptr;
}

void Fields::reject_others() {
  for (const auto& item : object_->items())
    if (!asked_.contains(item.key())) fail(item.key(), "is not known here; check its spelling");
}

bool Fields::has(const std::string& key) const { return object_->contains(key); }

std::string Fields::text(const std::string& key) {
  const json* value = find(key, true);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  fail(key, "must be text");
  return {};
}

std::string Fields::text_or(const std::string& key, std::string fallback) {
  asked_.insert(key);
  return has(key) ? text(key) : std::move(fallback);
}

std::vector<std::string> Fields::texts_or_empty(const std::string& key) {
  const json* value = find(key, false);
  if (value == nullptr) return {};
  std::vector<std::string> texts;
  if (!value->is_array()) fail(key, "must be a list of texts");
  if (value->is_array())
    for (const auto& item : *value) {
      if (item.is_string())
        texts.push_back(item.get<std::string>());
      else
        fail(key, "must be a list of texts");
    }
  return texts;
}

std::int64_t Fields::integer(const std::string& key, std::int64_t low, std::int64_t high) {
  const json* value = find(key, true);
  if (value == nullptr) return low;
  if (value->is_number_unsigned() ? value->get<std::uint64_t>() <= INT64_MAX : value->is_number_integer()) {
    const auto number = value->get<std::int64_t>();
    if (number >= low && number <= high) return number;
  }
  fail(key, fmt::format("must be a whole number from {} to {}", low, high));
  return low;
}

std::int64_t Fields::integer_or(const std::string& key, std::int64_t low, std::int64_t high, std::int64_t fallback) {
  asked_.insert(key);
  return has(key) ? integer(key, low, high) : fallback;
}

bool Fields::flag_or(const std::string& key, bool fallback) {
  const json* value = find(key, false);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  fail(key, "must be true or false");
  return fallback;
}

double Fields::number(const std::string& key, double low, double high) {
  const json* value = find(key, true);
  if (value == nullptr) return low;
  if (value->is_number()) {
    const auto number = value->get<double>();
    if (number >= low && number <= high) return number;
  }
  fail(key, fmt::format("must be a number from {} to {}", low, high));
  return low;
}

double Fields::number_or(const std::string& key, double low, double high, double fallback) {
  asked_.insert(key);
  return has(key) ? number(key, low, high) : fallback;
}

std::vector<std::int64_t> Fields::integers_or_empty(const std::string& key) {
  std::vector<std::int64_t> integers;
  for (const double value : numbers_or_empty(key)) {
    if (value < -9e15 || value > 9e15 || value != static_cast<double>(static_cast<std::int64_t>(value)))
      fail(key, "must be a list of whole numbers");
    else
      integers.push_back(static_cast<std::int64_t>(value));
  }
  return integers;
}

std::vector<double> Fields::numbers_or_empty(const std::string& key) {
  const json* value = find(key, false);
  std::vector<double> numbers;
  if (value == nullptr) return numbers;
  if (!value->is_array()) {
    fail(key, "must be a list of numbers");
    return numbers;
  }
  for (const auto& item : *value) {
    if (item.is_number())
      numbers.push_back(item.get<double>());
    else
      fail(key, "must be a list of numbers");
  }
  return numbers;
}

Fields Fields::object(const std::string& key) {
  const json* value = find(key, true);
  return {value == nullptr ? empty_object() : *value, fmt::format("{}: [{}]", where_, key), mistake_};
}

std::vector<Fields> Fields::objects(const std::string& key) {
  const json* value = find(key, true);
  std::vector<Fields> all;
  if (value == nullptr) return all;
  if (!value->is_array()) {
    fail(key, "must be a list of tables");
    return all;
  }
  for (std::size_t i = 0; i < value->size(); ++i)
    all.push_back({(*value)[i], fmt::format("{}: {}[{}]", where_, key, i), mistake_});
  return all;
}

std::vector<std::pair<std::string, std::int64_t>> Fields::all_integers(std::int64_t low, std::int64_t high) {
  std::vector<std::pair<std::string, std::int64_t>> all;
  for (const auto& item : object_->items())
    if (item.value().is_number()) all.emplace_back(item.key(), integer(item.key(), low, high));
  return all;
}

}  // namespace mote
