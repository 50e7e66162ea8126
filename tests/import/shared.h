// Where the shared folder of models and golden outputs is: $MOTE_SHARED, else `../shared` beside the repository.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace mote {

inline std::filesystem::path shared_folder() {
  if (const char* folder = std::getenv("MOTE_SHARED"); folder != nullptr && *folder != '\0') return folder;
  return std::filesystem::path(MOTE_TEST_SOURCE_DIR).parent_path() / "shared";
}

inline bool have_shared() { return std::filesystem::is_directory(shared_folder() / "models"); }

inline constexpr const char* kNoShared = "the shared folder of models is absent (set MOTE_SHARED)";

}  // namespace mote
