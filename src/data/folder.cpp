// See folder.h.
#include "data/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <regex>

#include "data/csv.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

/// Visible entries of a folder, sorted by name.
Result<std::vector<fs::path>> list(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (!it->path().filename().string().starts_with('.')) entries.push_back(it->path());
  if (error) return io_error("cannot list this folder: " + error.message(), folder.string());
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// Finds the group in a file's name.
class Grouping {
 public:
  static Result<Grouping> create(const std::string& pattern) {
    Grouping grouping;
    if (pattern.empty()) return grouping;
    try {
      grouping.regex_ = std::regex(pattern);
    } catch (const std::regex_error&) {
      return bad_input(fmt::format("\"{}\" is not a regular expression", pattern), "data.group");
    }
    if (grouping.regex_->mark_count() < 1)
      return bad_input(fmt::format("\"{}\" needs a (bracket) around the group", pattern), "data.group");
    return grouping;
  }

  Result<std::string> of(const fs::path& file) const {
    const std::string stem = file.stem().string();
    if (!regex_) return stem.substr(0, std::min(stem.rfind('_'), stem.size()));
    std::smatch match;
    try {
      if (std::regex_search(stem, match, *regex_)) return match[1].str();
    } catch (const std::regex_error&) {
      return bad_input("data.group is too hard a pattern for this name", file.string());
    }
    return bad_input("the name does not match data.group, so nobody knows whom it belongs to", file.string());
  }

 private:
  std::optional<std::regex> regex_;
};

Result<Sample> read_sample(const fs::path& file, Dataset& data) {
  MOTE_TRY(CsvTable table, read_csv(file));
  if (data.samples.empty()) data.channels = table.names;
  if (table.names != data.channels)
    return bad_input(fmt::format("has columns {} where {} has {}", fmt::join(table.names, ","),
                                 data.samples.front().source, fmt::join(data.channels, ",")),
                     file.string());
  Sample sample;
  sample.shape = {static_cast<std::int32_t>(table.rows), static_cast<std::int32_t>(table.columns)};
  sample.values = std::move(table.values);
  return sample;
}

}  // namespace

Result<Dataset> read_folder(const fs::path& folder, const FolderOptions& options) {
  if (options.format != "csv")
    return unsupported(fmt::format("no reader for \"{}\" files", options.format), "data.format");
  const std::string extension = ".csv";
  MOTE_TRY(const Grouping grouping, Grouping::create(options.group));
  if (!fs::is_directory(folder))
    return io_error("there is no such data folder; fetch the data first or name another with --data", folder.string());
  MOTE_TRY(const auto classes, list(folder));
  Dataset data;
  for (const fs::path& class_folder : classes) {
    if (!fs::is_directory(class_folder)) continue;
    const int label = static_cast<int>(data.classes.size());
    data.classes.push_back(class_folder.filename().string());
    const std::size_t before = data.samples.size();
    MOTE_TRY(const auto files, list(class_folder));
    for (const fs::path& file : files) {
      if (file.extension() != extension) continue;
      MOTE_TRY(Sample sample, read_sample(file, data));
      sample.label = label;
      sample.source = file.string();
      MOTE_TRY(sample.group, grouping.of(file));
      data.samples.push_back(std::move(sample));
    }
    if (data.samples.size() == before)
      return bad_input(fmt::format("this class has no {} files", extension), class_folder.string());
  }
  if (data.classes.empty())
    return bad_input("has no sub-folder; one a class is expected, with the recordings in it", folder.string());
  MOTE_TRY_VOID(check_dataset(data, folder.string()));
  return data;
}

}  // namespace mote
