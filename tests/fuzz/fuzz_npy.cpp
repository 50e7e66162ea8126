// libFuzzer: any bytes as an .npy file and as an .npz archive. What parses must encode and parse back to the same
// arrays.
#include <cstdlib>

#include "base/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mote;
  const std::span<const std::uint8_t> bytes(data, size);
  if (const auto array = parse_npy(bytes); array.ok()) {
    const auto again = parse_npy(encode_npy(*array));
    if (!again || !(*again == *array)) std::abort();
  }
  if (const auto arrays = parse_npz(bytes); arrays.ok()) {
    const auto encoded = encode_npz(*arrays);
    if (!encoded) std::abort();
    const auto again = parse_npz(*encoded);
    if (!again || !(*again == *arrays)) std::abort();
  }
  return 0;
}
