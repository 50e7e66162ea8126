// `mote inspect` as a function from a model to text. Where it stands: over summary.h; src/cli/inspect.cpp prints it.
#pragma once

#include <filesystem>
#include <string>

#include "import/summary.h"

namespace mote {

/// The report of a model file as text for people, or as JSON (ending in a newline either way). A model with operators
/// that Mote lacks is reported all the same, with what is missing and why.
/// Errors name the file. Io, BadInput: unreadable or damaged. Unsupported: another format.
Result<std::string> inspect_report(const std::filesystem::path& model, bool json);

/// The two forms. `bytes` is the file's size; `hash` its SHA-256 in hex.
std::string inspect_text(const ModelSummary& summary, const std::string& file, std::size_t bytes,
                         const std::string& hash);
std::string inspect_json(const ModelSummary& summary, const std::string& file, std::size_t bytes,
                         const std::string& hash);

}  // namespace mote
