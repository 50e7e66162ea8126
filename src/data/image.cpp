// PNG (libpng) and JPEG (libjpeg) pictures, and scaling by area averages. See format.h.
#include <fmt/format.h>
#include <jpeglib.h>
#include <png.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstdio>

#include "data/format.h"

namespace mote {
namespace {

constexpr std::int64_t kMostPixels = 1 << 26;

struct Picture {
  std::int32_t height = 0, width = 0, channels = 3;
  std::vector<std::uint8_t> pixels;  ///< row-major, channels innermost
};

Result<Picture> decode_png(const Bytes& bytes, bool grey) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0)
    return bad_input(fmt::format("cannot be read as PNG ({})", image.message));
  if (std::int64_t{image.width} * image.height > kMostPixels) {
    png_image_free(&image);
    return bad_input(fmt::format("is {}x{} pixels, which is too large", image.width, image.height));
  }
  image.format = grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  Picture picture{static_cast<std::int32_t>(image.height), static_cast<std::int32_t>(image.width), grey ? 1 : 3, {}};
  picture.pixels.resize(PNG_IMAGE_SIZE(image));
  const png_color black{0, 0, 0};
  if (png_image_finish_read(&image, &black, picture.pixels.data(), 0, nullptr) == 0)
    return bad_input(fmt::format("cannot be read as PNG ({})", image.message));
  return picture;
}

/// libjpeg reports errors by a jump.
struct JpegError {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void on_jpeg_error(j_common_ptr info) {
  auto* error = reinterpret_cast<JpegError*>(info->err);
  error->manager.format_message(info, error->message);
  std::longjmp(error->jump, 1);
}
void on_jpeg_message(j_common_ptr /*info*/) {}

/// Nothing with a destructor is made between setjmp and the jump. False: `error.message` says why.
bool decode_jpeg(const Bytes& bytes, bool grey, Picture& picture, JpegError& error) {
  jpeg_decompress_struct info{};
  info.err = jpeg_std_error(&error.manager);
  error.manager.error_exit = on_jpeg_error;
  error.manager.output_message = on_jpeg_message;
  if (setjmp(error.jump) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes.data(), bytes.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
  info.dct_method = JDCT_ISLOW;  // the same pixels on every machine
  jpeg_start_decompress(&info);
  if (std::int64_t{info.output_width} * info.output_height > kMostPixels) {
    std::snprintf(error.message, sizeof error.message, "it is too large");
    jpeg_destroy_decompress(&info);
    return false;
  }
  picture.height = static_cast<std::int32_t>(info.output_height);
  picture.width = static_cast<std::int32_t>(info.output_width);
  picture.channels = info.output_components;
  const std::size_t row = std::size_t{info.output_width} * static_cast<std::size_t>(info.output_components);
  picture.pixels.resize(row * info.output_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW target = picture.pixels.data() + row * info.output_scanline;
    jpeg_read_scanlines(&info, &target, 1);
  }
  jpeg_finish_decompress(&info);
  const bool damaged = info.err->num_warnings > 0;  // such as data that end too early
  if (damaged) info.err->format_message(reinterpret_cast<j_common_ptr>(&info), error.message);
  jpeg_destroy_decompress(&info);
  return !damaged;
}

/// Every output pixel is the mean of the part of the picture that it covers.
std::vector<float> scale(const Picture& picture, std::int32_t height, std::int32_t width) {
  const auto channels = static_cast<std::size_t>(picture.channels);
  std::vector<float> out(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * channels);
  const double step_y = static_cast<double>(picture.height) / height;
  const double step_x = static_cast<double>(picture.width) / width;
  // Share of source row or column i in the stretch [from, to).
  const auto share = [](std::int32_t i, double from, double to) {
    return std::min(i + 1.0, to) - std::max(static_cast<double>(i), from);
  };
  std::vector<double> sum(channels);
  for (std::int32_t y = 0; y < height; ++y)
    for (std::int32_t x = 0; x < width; ++x) {
      std::fill(sum.begin(), sum.end(), 0.0);
      const double top = y * step_y;
      const double bottom = std::min((y + 1) * step_y, static_cast<double>(picture.height));
      const double left = x * step_x;
      const double right = std::min((x + 1) * step_x, static_cast<double>(picture.width));
      for (auto sy = static_cast<std::int32_t>(top); sy < picture.height && sy < bottom; ++sy)
        for (auto sx = static_cast<std::int32_t>(left); sx < picture.width && sx < right; ++sx) {
          const double weight = share(sy, top, bottom) * share(sx, left, right);
          const std::size_t at =
              (static_cast<std::size_t>(sy) * static_cast<std::size_t>(picture.width) + static_cast<std::size_t>(sx)) *
              channels;
          for (std::size_t c = 0; c < channels; ++c) sum[c] += weight * picture.pixels[at + c];
        }
      const std::size_t at =
          (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * channels;
      for (std::size_t c = 0; c < channels; ++c)
        out[at + c] = static_cast<float>(sum[c] / ((bottom - top) * (right - left)));
    }
  return out;
}

}  // namespace

Result<FileContents> read_image(const std::filesystem::path& file, const FolderOptions& options) {
  MOTE_TRY(const Bytes bytes, read_file(file));
  Picture picture;
  const bool png = bytes.size() >= 8 && png_sig_cmp(bytes.data(), 0, 8) == 0;
  if (png) {
    auto decoded = decode_png(bytes, options.grey);
    if (!decoded.ok()) return std::move(decoded).error().at(file.string());
    picture = std::move(*decoded);
  } else {
    JpegError error{};
    if (!decode_jpeg(bytes, options.grey, picture, error))
      return bad_input(fmt::format("cannot be read as a picture ({})", error.message), file.string());
  }
  Sample sample;
  sample.source = file.string();
  if (options.size.empty()) {
    sample.shape = {picture.height, picture.width, picture.channels};
    sample.values.assign(picture.pixels.begin(), picture.pixels.end());
  } else {
    sample.shape = {options.size[0], options.size[1], picture.channels};
    sample.values = scale(picture, options.size[0], options.size[1]);
  }
  FileContents contents;
  contents.samples.push_back(std::move(sample));
  return contents;
}

}  // namespace mote
