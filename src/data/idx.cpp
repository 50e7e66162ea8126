// IDX files, the form in which MNIST and its relatives come: big-endian sizes, then bytes; one file of pictures and one
// of labels for each part of the data. See format.h. Format: LeCun, Cortes, Burges, "The MNIST database" (file
// formats).
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "data/format.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMost = std::size_t{1} << 30;

/// The file's bytes, unpacked if it is packed.
Result<Bytes> unpack(const fs::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> source(gzopen(file.c_str(), "rb"), gzclose);
  if (!source) return io_error("cannot be opened", file.string());
  Bytes bytes;
  std::array<std::uint8_t, 1 << 16> chunk;
  for (;;) {
    const int got = gzread(source.get(), chunk.data(), static_cast<unsigned>(chunk.size()));
    if (got < 0) return bad_input("is damaged: gzip cannot unpack it", file.string());
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
    if (bytes.size() > kMost) return unsupported("is too large", file.string());
    if (got < static_cast<int>(chunk.size())) break;
  }
  int status = Z_OK;
  gzerror(source.get(), &status);
  if (status != Z_OK && status != Z_STREAM_END) return bad_input("is damaged or ends too early", file.string());
  return bytes;
}

/// Sizes from the header, which must fit the bytes behind it. `axes`: 3 for pictures, 1 for labels.
Result<std::vector<std::size_t>> sizes_of(const Bytes& bytes, std::size_t axes, const std::string& where) {
  const auto header = 4 + 4 * axes;
  if (bytes.size() < header || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes[3] != axes)
    return bad_input(fmt::format("is not an IDX file of unsigned bytes with {} axes", axes), where);
  std::vector<std::size_t> sizes;
  std::size_t all = 1;
  for (std::size_t i = 0; i < axes; ++i) {
    std::size_t size = 0;
    for (std::size_t k = 0; k < 4; ++k) size = size << 8 | bytes[4 + 4 * i + k];
    sizes.push_back(size);
    all = size == 0 || all > kMost / size ? kMost : all * size;
  }
  if (sizes[0] == 0 || all != bytes.size() - header)
    return bad_input(
        fmt::format("holds {} values where its header says {}", bytes.size() - header, fmt::join(sizes, "x")), where);
  return sizes;
}

/// The file of this name, packed or not; empty: there is none.
fs::path find(const fs::path& folder, const std::string& name) {
  for (const char* end : {"", ".gz"})
    if (fs::is_regular_file(folder / (name + end))) return folder / (name + end);
  return {};
}

Result<void> read_part(const fs::path& folder, const std::string& part, const FolderOptions& options, Dataset& data,
                       std::vector<int>& labels) {
  const fs::path images_file = find(folder, part + "-images-idx3-ubyte");
  const fs::path labels_file = find(folder, part + "-labels-idx1-ubyte");
  if (labels_file.empty())
    return bad_input(fmt::format("has no {}-labels-idx1-ubyte for the pictures of this name", part), folder.string());
  MOTE_TRY(const Bytes images, unpack(images_file));
  MOTE_TRY(const Bytes answers, unpack(labels_file));
  MOTE_TRY(const auto sizes, sizes_of(images, 3, images_file.string()));
  MOTE_TRY(const auto count, sizes_of(answers, 1, labels_file.string()));
  if (count[0] != sizes[0])
    return bad_input(fmt::format("has {} labels for {} pictures", count[0], sizes[0]), labels_file.string());
  const std::size_t each = sizes[1] * sizes[2];
  for (std::size_t i = 0; i < sizes[0]; ++i) {
    const int label = answers[8 + i];
    if (!takes_class(options, std::to_string(label))) continue;
    Sample sample;
    const auto begin = images.begin() + static_cast<std::ptrdiff_t>(16 + i * each);
    sample.values.assign(begin, begin + static_cast<std::ptrdiff_t>(each));
    sample.shape = {static_cast<std::int32_t>(sizes[1]), static_cast<std::int32_t>(sizes[2]), 1};
    sample.group = fmt::format("{}#{:05}", part, i + 1);
    sample.source = images_file.string();
    data.samples.push_back(std::move(sample));
    labels.push_back(label);
  }
  return {};
}

}  // namespace

Result<Dataset> read_idx(const fs::path& folder, const FolderOptions& options) {
  constexpr std::string_view kMiddle = "-images-idx3-ubyte";
  std::vector<std::string> parts;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    const std::size_t at = name.find(kMiddle);
    if (at != std::string::npos && at > 0) parts.push_back(name.substr(0, at));
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  if (parts.empty())
    return bad_input("has no *-images-idx3-ubyte or *-images-idx3-ubyte.gz (data.layout = \"idx\")", folder.string());
  Dataset data;
  std::vector<int> labels;
  for (const std::string& part : parts) MOTE_TRY_VOID(read_part(folder, part, options, data, labels));
  std::vector<int> present = labels;
  std::sort(present.begin(), present.end());
  present.erase(std::unique(present.begin(), present.end()), present.end());
  for (const int label : present) data.classes.push_back(std::to_string(label));
  for (std::size_t i = 0; i < labels.size(); ++i)
    data.samples[i].label =
        static_cast<int>(std::lower_bound(present.begin(), present.end(), labels[i]) - present.begin());
  return data;
}

}  // namespace mote
