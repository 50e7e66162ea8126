// The tests keep their objects and firmwares next to the test program, not in the user's cache.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace {

class OwnCache : public ::testing::Environment {
  void SetUp() override {
    std::error_code ec;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", ec);
    ::setenv("MOTE_CACHE", (program.parent_path() / "test_cache").c_str(), 0);
  }
};
[[maybe_unused]] const auto* const kOwnCache = ::testing::AddGlobalTestEnvironment(new OwnCache);

}  // namespace
