// Reads a TOML table key by key so that nothing in a project file is overlooked: every key has a type, a range and a
// default, and a key that nobody asked for is an error with its line. Where it stands: private to src/train;
// recipe.cpp reads as the list of settings.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mote {

/// Keeps the first error; getters return the default from then on. `finish` hands the error out, or names a key that
/// was not read.
class TomlReader {
 public:
  /// `file` and `path` ("network.layers[2]") are for messages. `table` null: an absent section, all defaults.
  TomlReader(std::string file, std::string path, const toml::table* table);

  bool has(std::string_view key) const { return table_ != nullptr && table_->contains(key); }
  bool is_list(std::string_view key) const { return table_ != nullptr && table_->get_as<toml::array>(key) != nullptr; }
  bool is_text(std::string_view key) const { return table_ != nullptr && table_->get_as<std::string>(key) != nullptr; }
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high);
  double real(std::string_view key, double fallback, double low, double high);
  bool flag(std::string_view key, bool fallback);
  /// `choices` is '|'-separated; empty: any text.
  std::string text(std::string_view key, std::string_view fallback, std::string_view choices = {});
  std::vector<std::string> texts(std::string_view key);
  /// A list of anything, each as the TOML text that stands for it.
  std::vector<std::string> values(std::string_view key);
  /// One integer stands for a list of one.
  std::vector<std::int32_t> integers(std::string_view key, std::vector<std::int32_t> fallback, std::int64_t low,
                                     std::int64_t high);
  TomlReader section(std::string_view key);
  std::vector<TomlReader> sections(std::string_view key);

  /// A mistake that only the caller can see, at a key.
  void fail(std::string_view key, const std::string& what);
  Result<void> finish();

 private:
  const toml::node* node(std::string_view key);
  std::string place(std::string_view key) const;

  std::string file_;
  std::string path_;
  const toml::table* table_;
  std::set<std::string, std::less<>> read_;
  std::shared_ptr<std::optional<Error>> error_;  ///< shared with sub-sections
};

}  // namespace mote
