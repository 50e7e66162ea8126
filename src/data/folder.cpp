// See folder.h.
#include "data/folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/format.h"

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

/// <class>/<group>_<n>.<ext>
Result<void> read_class_folders(const fs::path& folder, const FolderOptions& options, Dataset& data) {
  MOTE_TRY(const auto entries, list(folder));
  for (const fs::path& entry : entries) {
    const std::string name = entry.filename().string();
    if (!fs::is_directory(entry) || !takes_class(options, name)) continue;
    data.classes.push_back(name);
    const std::size_t before = data.samples.size();
    MOTE_TRY(const auto files, list(entry));
    for (const fs::path& file : files) {
      if (!has_format(file, options.format)) continue;
      MOTE_TRY(const std::string group, group_of(file.stem().string(), options.group, file.string()));
      MOTE_TRY(FileContents contents, read_recordings(file, options));
      MOTE_TRY_VOID(append(data, std::move(contents), static_cast<int>(data.classes.size()) - 1, group));
    }
    if (data.samples.size() == before)
      return bad_input(fmt::format("this class has no {} files", options.format), entry.string());
  }
  if (data.classes.empty())
    return bad_input("has no sub-folder; one a class is expected, with the recordings in it", folder.string());
  return {};
}

/// <class>.<ext>: every `rows` rows are a recording, and each is a group of its own since nothing says who made it.
Result<void> read_class_files(const fs::path& folder, const FolderOptions& options, Dataset& data) {
  MOTE_TRY(auto entries, list(folder));
  const auto inner =
      std::find_if(entries.begin(), entries.end(), [](const fs::path& e) { return fs::is_directory(e); });
  const bool none = std::none_of(entries.begin(), entries.end(),
                                 [&](const fs::path& entry) { return has_format(entry, options.format); });
  if (none && inner != entries.end()) {  // such as "train" beside a licence
    MOTE_TRY(entries, list(*inner));
  }
  for (const fs::path& file : entries) {
    const std::string name = file.stem().string();
    if (!has_format(file, options.format) || !takes_class(options, name)) continue;
    data.classes.push_back(name);
    MOTE_TRY(FileContents contents, read_recordings(file, options));
    const std::size_t before = data.samples.size();
    MOTE_TRY_VOID(append(data, std::move(contents), static_cast<int>(data.classes.size()) - 1, name));
    for (std::size_t i = before; i < data.samples.size(); ++i)
      data.samples[i].group += fmt::format("#{:03}", i - before + 1);
  }
  if (data.classes.empty())
    return bad_input(fmt::format("has no {} files; one a class is expected", options.format), folder.string());
  return {};
}

/// Moves the recordings of FolderOptions::unlabelled out of the classes. Other data may have none.
void set_unlabelled_apart(const FolderOptions& options, Dataset& data) {
  const auto at = std::find(data.classes.begin(), data.classes.end(), options.unlabelled);
  if (options.unlabelled.empty() || at == data.classes.end()) return;
  const auto gone = static_cast<int>(at - data.classes.begin());
  data.classes.erase(at);
  std::vector<Sample> labelled;
  for (Sample& sample : data.samples) {
    const bool known = sample.label != gone;
    sample.label = known ? sample.label - (sample.label > gone ? 1 : 0) : kUnlabelled;
    (known ? labelled : data.unlabelled).push_back(std::move(sample));
  }
  data.samples = std::move(labelled);
}

/// Classes in the order that was asked for.
Result<void> order_classes(const FolderOptions& options, Dataset& data, const std::string& where) {
  if (options.classes.empty()) return {};
  std::vector<int> place;
  for (const std::string& name : data.classes)
    place.push_back(
        static_cast<int>(std::find(options.classes.begin(), options.classes.end(), name) - options.classes.begin()));
  for (Sample& sample : data.samples) sample.label = place[static_cast<std::size_t>(sample.label)];
  for (const std::string& name : options.classes)
    if (std::find(data.classes.begin(), data.classes.end(), name) == data.classes.end())
      return bad_input(fmt::format("class \"{}\" (data.classes) is not in the data", name), where);
  data.classes = options.classes;
  return {};
}

/// FolderOptions::rename. A class that is not in the data is passed over: other data may lack it.
Result<void> rename_classes(const FolderOptions& options, Dataset& data) {
  std::vector<std::string> renamed = data.classes;
  for (const std::string& rule : options.rename) {
    const std::size_t equals = rule.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == rule.size())
      return bad_input(fmt::format("\"{}\" is not of the form \"old=new\"", rule), "data.rename");
    for (std::size_t c = 0; c < data.classes.size(); ++c)
      if (data.classes[c] == rule.substr(0, equals)) renamed[c] = rule.substr(equals + 1);
  }
  std::vector<std::string> sorted = renamed;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    return bad_input("gives two classes one name", "data.rename");
  data.classes = std::move(renamed);
  return {};
}

}  // namespace

bool takes_class(const FolderOptions& options, const std::string& name) {
  return options.classes.empty() || name == options.unlabelled ||
         std::find(options.classes.begin(), options.classes.end(), name) != options.classes.end();
}

Result<Dataset> read_folder(const fs::path& folder, const FolderOptions& options) {
  if (!fs::is_directory(folder))
    return io_error("there is no such data folder; fetch the data first or name another with --data", folder.string());
  Dataset data;
  if (options.layout == "folders") {
    MOTE_TRY_VOID(read_class_folders(folder, options, data));
  } else if (options.layout == "files") {
    MOTE_TRY_VOID(read_class_files(folder, options, data));
  } else if (options.layout == "idx") {
    MOTE_TRY(data, read_idx(folder, options));
  } else if (options.layout == "rows") {
    MOTE_TRY(data, read_rows(folder, options));
  } else {
    MOTE_TRY(data, read_table(folder, options));
  }
  set_unlabelled_apart(options, data);
  MOTE_TRY_VOID(order_classes(options, data, folder.string()));
  MOTE_TRY_VOID(rename_classes(options, data));
  MOTE_TRY_VOID(check_dataset(data, folder.string()));
  return data;
}

}  // namespace mote
