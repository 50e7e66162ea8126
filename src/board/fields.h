// Reads the fields of one TOML or JSON object and remembers the first mistake, so that a loader reads as a list of
// fields. Where it stands: board; board.cpp, target.cpp and project.cpp are written with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mote {

/// The whole TOML file as JSON (dates become strings); BadInput with line and column if it is not TOML.
Result<nlohmann::json> read_toml(const std::filesystem::path& path);
/// The whole JSON file; BadInput with the byte offset if it is not JSON.
Result<nlohmann::json> read_json(const std::filesystem::path& path);

/// A view of one object. Getters return a neutral value after a mistake; `finish` tells. The object must outlive the
/// view.
class Fields {
 public:
  Fields(const nlohmann::json& object, std::string where);

  bool has(const std::string& key) const;
  std::string text(const std::string& key);
  std::string text_or(const std::string& key, std::string fallback);
  std::vector<std::string> texts_or_empty(const std::string& key);
  std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high);
  std::int64_t integer_or(const std::string& key, std::int64_t low, std::int64_t high, std::int64_t fallback);
  bool flag_or(const std::string& key, bool fallback);
  double number(const std::string& key, double low, double high);
  double number_or(const std::string& key, double low, double high, double fallback);
  std::vector<std::int64_t> integers_or_empty(const std::string& key);
  std::vector<double> numbers_or_empty(const std::string& key);
  /// A sub-object; an empty one (with the mistake remembered) if it is missing.
  Fields object(const std::string& key);
  std::vector<Fields> objects(const std::string& key);
  /// Every field of this object that is an integer, in the order of the names.
  std::vector<std::pair<std::string, std::int64_t>> all_integers(std::int64_t low, std::int64_t high);

  /// Remembers a mistake of the caller's own finding about `key`, unless there is one already.
  void fail(const std::string& key, const std::string& what);
  /// The first mistake of this object or of any object taken from it.
  Result<void> finish() const;
  /// A mistake for every field that nobody asked for (misspelt names); for files that people write.
  void reject_others();

 private:
  Fields(const nlohmann::json& object, std::string where, std::shared_ptr<std::optional<Error>> mistake);
  const nlohmann::json* find(const std::string& key, bool needed);

  const nlohmann::json* object_;
  std::string where_;
  std::set<std::string> asked_;
  std::shared_ptr<std::optional<Error>> mistake_;
};

}  // namespace mote
