// SHA-256 against vectors of FIPS 180-4's examples and one across every padding length.
#include "base/sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mote {
namespace {

std::string hash_of(const std::string& text) { return sha256_hex(std::vector<std::uint8_t>(text.begin(), text.end())); }

TEST(Sha256, KnownVectors) {
  EXPECT_EQ(hash_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash_of(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PaddingLengths) {
  // The hash of the concatenated hashes of "a" * n for n = 0..130, computed with Python's hashlib.
  std::string all;
  for (std::size_t n = 0; n <= 130; ++n) all += hash_of(std::string(n, 'a'));
  EXPECT_EQ(hash_of(all), "5eee4c50e1b5ec4f1a47f34c25ca988850b49da7904f5ab1b3abc5cc0ae66ef9");
}

}  // namespace
}  // namespace mote
