// The search's memory: every candidate with its cost and what training it to which rung gave, in one SQLite file, so
// that an interrupted search goes on where it was and never trains the same thing twice.
// Where it stands: private to src/search.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "search/cost.h"
#include "search/space.h"

struct sqlite3;

namespace mote::search {

struct Candidate {
  std::int64_t id = 0;  ///< from 1, in the order of their coming
  Genes genes;          ///< none: the reference, whose network is not of the space
  std::string project;  ///< its project.toml
  Cost cost;
  std::int32_t rung = -1;  ///< the highest it was trained to; -1: not trained
  double accuracy = 0;     ///< there, on the validation part, or the mean of the folds
  double accuracy_float = 0;
  std::vector<double> folds = {};  ///< accuracy on each fold
  double seconds = 0;              ///< of all its training
  std::string failure;             ///< why it has no accuracy

  bool is_reference() const { return genes.empty(); }
};

class Store {
 public:
  /// Opens or makes the file. BadInput: it belongs to another search (`fingerprint` differs), or is no database.
  static Result<Store> open(const std::filesystem::path& path, const std::string& fingerprint);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  Result<std::optional<Candidate>> find(const Genes& genes) const;
  /// The first that has this project.toml: some settings mean nothing where others leave a layer out.
  Result<std::optional<Candidate>> find_project(const std::string& project) const;
  /// Adds (id 0: gives it one) or replaces.
  Result<void> put(Candidate& candidate);
  /// All, by id.
  Result<std::vector<Candidate>> all() const;

 private:
  Result<std::optional<Candidate>> find_by(const char* column, const std::string& text) const;
  explicit Store(sqlite3* database) : database_(database) {}
  sqlite3* database_ = nullptr;
};

}  // namespace mote::search
