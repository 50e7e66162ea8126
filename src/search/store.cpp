// See store.h.
#include "search/store.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <sstream>
#include <utility>

namespace mote::search {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS search (key TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS candidates (id INTEGER PRIMARY KEY, genes TEXT NOT NULL UNIQUE, project TEXT NOT NULL,"
    " macs INTEGER, parameters INTEGER, instructions INTEGER, ram_bytes INTEGER, flash_bytes INTEGER, obstacle TEXT,"
    " rung INTEGER, accuracy REAL, accuracy_float REAL, folds TEXT, seconds REAL, failure TEXT);";
constexpr const char* kColumns =
    "id, genes, project, macs, parameters, instructions, ram_bytes, flash_bytes, obstacle, rung, accuracy, "
    "accuracy_float, folds, seconds, failure";

std::string genes_text(const Genes& genes) { return fmt::format("{}", fmt::join(genes, " ")); }

/// One prepared statement.
class Statement {
 public:
  Statement(sqlite3* database, const std::string& sql) : database_(database) {
    status_ = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement_, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(std::int64_t value) { sqlite3_bind_int64(statement_, ++bound_, value); }
  void bind(double value) { sqlite3_bind_double(statement_, ++bound_, value); }
  void bind(const std::string& value) {
    sqlite3_bind_text(statement_, ++bound_, value.c_str(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  }
  /// True: a row is there; false: no more.
  Result<bool> step() {
    if (status_ == SQLITE_OK) status_ = sqlite3_step(statement_);
    if (status_ != SQLITE_ROW && status_ != SQLITE_DONE)
      return Error{Code::Io, sqlite3_errmsg(database_), "the search's database"};
    const bool row = status_ == SQLITE_ROW;
    status_ = SQLITE_OK;
    return row;
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  std::string text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_, column);
    return bytes == nullptr ? "" : reinterpret_cast<const char*>(bytes);
  }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
  int status_ = SQLITE_OK;
  int bound_ = 0;
};

Candidate read_row(const Statement& row) {
  Candidate c;
  c.id = row.integer(0);
  std::istringstream genes(row.text(1));
  for (std::int32_t gene = 0; genes >> gene;) c.genes.push_back(gene);
  c.project = row.text(2);
  c.cost = {row.integer(3), row.integer(4), row.integer(5), row.integer(6), row.integer(7), row.text(8)};
  c.rung = static_cast<std::int32_t>(row.integer(9));
  c.accuracy = row.real(10);
  c.accuracy_float = row.real(11);
  std::istringstream folds(row.text(12));
  for (double accuracy = 0; folds >> accuracy;) c.folds.push_back(accuracy);
  c.seconds = row.real(13);
  c.failure = row.text(14);
  return c;
}

}  // namespace

Result<Store> Store::open(const std::filesystem::path& path, const std::string& fingerprint) {
  sqlite3* database = nullptr;
  const int status = sqlite3_open(path.c_str(), &database);
  Store store(database);
  if (status != SQLITE_OK) return Error{Code::Io, "cannot be opened", path.string()};
  if (sqlite3_exec(database, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK)
    return bad_input(fmt::format("is no search's database ({})", sqlite3_errmsg(database)), path.string());
  {
    Statement insert(database, "INSERT OR IGNORE INTO search VALUES ('fingerprint', ?)");
    insert.bind(fingerprint);
    MOTE_TRY([[maybe_unused]] const bool none, insert.step());
  }
  Statement select(database, "SELECT value FROM search WHERE key = 'fingerprint'");
  MOTE_TRY(const bool found, select.step());
  if (!found || select.text(0) != fingerprint)
    return bad_input("belongs to a search of another project, board or seed; delete it or write elsewhere",
                     path.string());
  return store;
}

Store::Store(Store&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
Store& Store::operator=(Store&& other) noexcept {
  std::swap(database_, other.database_);
  return *this;
}
Store::~Store() { sqlite3_close(database_); }

Result<std::optional<Candidate>> Store::find_by(const char* column, const std::string& text) const {
  Statement select(database_, fmt::format("SELECT {} FROM candidates WHERE {} = ? ORDER BY id", kColumns, column));
  select.bind(text);
  MOTE_TRY(const bool found, select.step());
  if (!found) return std::optional<Candidate>();
  return std::optional<Candidate>(read_row(select));
}

Result<std::optional<Candidate>> Store::find(const Genes& genes) const { return find_by("genes", genes_text(genes)); }

Result<std::optional<Candidate>> Store::find_project(const std::string& project) const {
  return find_by("project", project);
}

Result<void> Store::put(Candidate& c) {
  Statement insert(database_,
                   fmt::format("INSERT OR REPLACE INTO candidates ({}) VALUES ({}, ?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                               kColumns, c.id == 0 ? "NULL" : std::to_string(c.id)));
  insert.bind(genes_text(c.genes));
  insert.bind(c.project);
  for (const std::int64_t value :
       {c.cost.macs, c.cost.parameters, c.cost.instructions, c.cost.ram_bytes, c.cost.flash_bytes})
    insert.bind(value);
  insert.bind(c.cost.obstacle);
  insert.bind(std::int64_t{c.rung});
  for (const double value : {c.accuracy, c.accuracy_float}) insert.bind(value);
  insert.bind(fmt::format("{}", fmt::join(c.folds, " ")));
  insert.bind(c.seconds);
  insert.bind(c.failure);
  MOTE_TRY([[maybe_unused]] const bool none, insert.step());
  if (c.id == 0) c.id = sqlite3_last_insert_rowid(database_);
  return {};
}

Result<std::vector<Candidate>> Store::all() const {
  Statement select(database_, fmt::format("SELECT {} FROM candidates ORDER BY id", kColumns));
  std::vector<Candidate> candidates;
  while (true) {
    MOTE_TRY(const bool row, select.step());
    if (!row) return candidates;
    candidates.push_back(read_row(select));
  }
}

}  // namespace mote::search
