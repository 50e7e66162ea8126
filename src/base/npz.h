// NumPy's .npz archives: named arrays in one file, the sidecar of large constants next to a graph's text form.
// Where it stands: base, over npy.h. An .npz is a zip archive of .npy files; only stored (uncompressed) entries are
// read and written, after the APPNOTE of the zip format, sections 4.3 and 4.5. No time stamps: same arrays in, same
// bytes out.
#pragma once

#include <map>
#include <span>
#include <string>

#include "base/npy.h"

namespace mote {

/// Arrays by name, without the ".npy" that they carry inside the archive.
using NpzArrays = std::map<std::string, NpyArray, std::less<>>;

/// BadInput: not a zip archive, truncated, entries outside the file, checksum or array broken.
/// Unsupported: compressed or encrypted entries, more than one disk.
Result<NpzArrays> parse_npz(std::span<const std::uint8_t> bytes);
/// BadInput if the archive would pass 4 GiB or 65535 entries (zip's limits without extensions).
Result<Bytes> encode_npz(const NpzArrays& arrays);

}  // namespace mote
