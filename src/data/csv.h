// CSV files of numbers: one row a line, comma (or semicolon, or tab) between, one optional header line of names.
// Where it stands: src/data's reader of sensor recordings; strict, because a shifted column trains a wrong model in
// silence.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mote {

struct CsvTable {
  std::vector<std::string> names;  ///< of the columns; empty without a header line
  std::size_t columns = 0;
  std::size_t rows = 0;
  std::vector<float> values;  ///< row-major
};

/// `where` is the file's name for messages: "p01.csv:17: ...". BadInput for a ragged row, an empty cell, something that
/// is no finite number, a file without data. Blank lines at the end are allowed, as are "\r\n" ends and a UTF-8 byte
/// order mark.
Result<CsvTable> parse_csv(std::string_view text, const std::string& where);
Result<CsvTable> read_csv(const std::filesystem::path& path);

/// A CSV whose cells are text: for lists of files and labels. Same strictness; the header line is required.
struct TextTable {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
  /// Index of a column, or BadInput that lists the columns there are.
  Result<std::size_t> column(const std::string& name, const std::string& where) const;
};
/// With `row_names` the header may lack the name of a first column (as R writes tables): its name is then empty.
Result<TextTable> parse_text_csv(std::string_view text, const std::string& where, bool row_names = false);

}  // namespace mote
