// Sound, pictures, arrays and raw numbers: what is read is what was written, and damaged files give one clear line.
#include "data/format.h"

#include <gtest/gtest.h>
#include <jpeglib.h>
#include <png.h>
#include <sndfile.h>

#include <cmath>
#include <cstdio>

#include "base/npy.h"
#include "tests/data/helpers.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

class Format : public testing::Test {
 protected:
  Format() : folder_(*TemporaryFolder::create()) {}
  fs::path root() const { return folder_.path(); }

  void write_sound(const fs::path& path, int format, int channels, int rate, const std::vector<float>& values) const {
    fs::create_directories(path.parent_path());
    SF_INFO info{};
    info.samplerate = rate;
    info.channels = channels;
    info.format = format | SF_FORMAT_PCM_16;
    SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
    ASSERT_NE(file, nullptr);
    sf_writef_float(file, values.data(), static_cast<sf_count_t>(values.size()) / channels);
    sf_close(file);
  }
  void write_png(const fs::path& path, int height, int width, const std::vector<std::uint8_t>& rgb) const {
    fs::create_directories(path.parent_path());
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.height = static_cast<png_uint_32>(height);
    image.width = static_cast<png_uint_32>(width);
    image.format = PNG_FORMAT_RGB;
    ASSERT_NE(png_image_write_to_file(&image, path.c_str(), 0, rgb.data(), 0, nullptr), 0);
  }
  void write_jpeg(const fs::path& path, int height, int width, std::uint8_t r, std::uint8_t g, std::uint8_t b) const {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    FILE* file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    jpeg_stdio_dest(&info, file);
    info.image_height = static_cast<JDIMENSION>(height);
    info.image_width = static_cast<JDIMENSION>(width);
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_start_compress(&info, TRUE);
    std::vector<std::uint8_t> row;
    for (int x = 0; x < width; ++x) row.insert(row.end(), {r, g, b});
    for (int y = 0; y < height; ++y) {
      JSAMPROW pointer = row.data();
      jpeg_write_scanlines(&info, &pointer, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    std::fclose(file);
  }
  /// Cuts the file to half its size.
  void halve(const fs::path& path) const { fs::resize_file(path, fs::file_size(path) / 2); }
  std::string error(const fs::path& file, const FolderOptions& options) const {
    const auto contents = read_recordings(file, options);
    std::string text = contents.ok() ? "accepted" : contents.error().to_string();
    const std::size_t at = text.find(root().string() + "/");
    return at == std::string::npos ? text : text.erase(at, root().string().size() + 1);
  }
  TemporaryFolder folder_;
};

TEST_F(Format, SoundIsReadAndMixedToOneChannel) {
  for (const auto& [name, format] : {std::pair{"a.wav", SF_FORMAT_WAV}, std::pair{"a.flac", SF_FORMAT_FLAC}}) {
    write_sound(root() / name, format, 2, 16000, {0.5F, 0.25F, -0.5F, -1, 0, 0.125F});
    const auto contents = read_audio(root() / name);
    ASSERT_TRUE(contents.ok()) << contents.error().to_string();
    EXPECT_EQ(contents->rate_hz, 16000);
    EXPECT_EQ(contents->samples[0].shape, (Shape{3, 1}));
    EXPECT_NEAR(contents->samples[0].values[0], 0.375F, 1e-4F);
    EXPECT_NEAR(contents->samples[0].values[1], -0.75F, 1e-4F);
  }
  test::put(root() / "b.wav", "this is not a sound");
  EXPECT_EQ(error(root() / "b.wav", {.format = "audio"}).substr(0, 30), "b.wav: cannot be read as sound");
  // Cut short, as by a full card: what is there is not the recording.
  write_sound(root() / "c.wav", SF_FORMAT_WAV, 1, 8000, std::vector<float>(1000, 0.1F));
  std::filesystem::resize_file(root() / "c.wav", 1044);
  EXPECT_EQ(error(root() / "c.wav", {.format = "audio"}), "c.wav: ends 1000 bytes too early; it is damaged");
  std::vector<float> noise(8000);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<float>((i * 7919) % 1000) / 1000.0F;
  write_sound(root() / "c.flac", SF_FORMAT_FLAC, 1, 8000, noise);
  halve(root() / "c.flac");
  EXPECT_EQ(error(root() / "c.flac", {.format = "audio"}).substr(0, 8), "c.flac: ");
}

TEST_F(Format, UnlikeRatesAreRefused) {
  write_sound(root() / "d/yes/a_1.wav", SF_FORMAT_WAV, 1, 16000, {0, 0.5F});
  write_sound(root() / "d/yes/b_1.wav", SF_FORMAT_WAV, 1, 8000, {0, 0.5F});
  const auto data = read_folder(root() / "d", {.format = "audio"});
  ASSERT_FALSE(data.ok());
  EXPECT_NE(data.error().to_string().find("b_1.wav: was sampled at 8000 Hz where"), std::string::npos)
      << data.error().to_string();
}

TEST_F(Format, PicturesAreReadScaledAndGreyed) {
  write_png(root() / "a.png", 2, 4,
            {255, 0, 0, 255, 0, 0, 0, 0, 100, 0, 0, 200, 1, 2, 3, 3, 4, 5, 0, 0, 100, 0, 0, 200});
  const auto plain = read_image(root() / "a.png", {.format = "image"});
  ASSERT_TRUE(plain.ok()) << plain.error().to_string();
  EXPECT_EQ(plain->samples[0].shape, (Shape{2, 4, 3}));
  EXPECT_EQ(plain->samples[0].values[0], 255);
  const auto scaled = read_image(root() / "a.png", {.format = "image", .size = {1, 2}});
  ASSERT_TRUE(scaled.ok());
  EXPECT_EQ(scaled->samples[0].shape, (Shape{1, 2, 3}));
  const std::vector<float> expected{128.5F, 1.5F, 2, 0, 0, 150};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(scaled->samples[0].values[i], expected[i], 1e-3F);
  const auto larger = read_image(root() / "a.png", {.format = "image", .size = {3, 5}, .grey = true});
  ASSERT_TRUE(larger.ok());
  EXPECT_EQ(larger->samples[0].shape, (Shape{3, 5, 1}));

  write_jpeg(root() / "b.jpg", 40, 30, 200, 100, 50);
  const auto photo = read_image(root() / "b.jpg", {.format = "image"});
  ASSERT_TRUE(photo.ok()) << photo.error().to_string();
  EXPECT_EQ(photo->samples[0].shape, (Shape{40, 30, 3}));
  EXPECT_NEAR(photo->samples[0].values[0], 200, 4);
  EXPECT_NEAR(photo->samples[0].values[2], 50, 4);
}

TEST_F(Format, DamagedPicturesAreRefused) {
  std::vector<std::uint8_t> noise(64 * 64 * 3);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<std::uint8_t>(i * i * 31);
  write_png(root() / "a.png", 64, 64, noise);
  write_jpeg(root() / "b.jpg", 64, 64, 1, 2, 3);
  halve(root() / "a.png");
  halve(root() / "b.jpg");
  test::put(root() / "c.jpg", "no picture at all");
  test::put(root() / "d.png", "");
  EXPECT_EQ(error(root() / "a.png", {.format = "image"}).substr(0, 28), "a.png: cannot be read as PNG");
  for (const char* name : {"b.jpg", "c.jpg", "d.png"})
    EXPECT_EQ(error(root() / name, {.format = "image"}).substr(0, 34),
              std::string(name) + ": cannot be read as a picture");
}

TEST_F(Format, NpyAndRawNumbers) {
  NpyArray array;
  array.type = NpyType::i16;
  array.shape = {2, 3};
  const std::vector<std::int16_t> numbers{1, -2, 3, 4, 5, -300};
  array.data.assign(reinterpret_cast<const std::uint8_t*>(numbers.data()),
                    reinterpret_cast<const std::uint8_t*>(numbers.data()) + 12);
  ASSERT_TRUE(write_npy(root() / "a.npy", array).ok());
  const auto npy = read_recordings(root() / "a.npy", {.format = "npy"});
  ASSERT_TRUE(npy.ok()) << npy.error().to_string();
  ASSERT_EQ(npy->samples.size(), 2U);
  EXPECT_EQ(npy->samples[1].shape, (Shape{3, 1}));
  EXPECT_EQ(npy->samples[1].values, (std::vector<float>{4, 5, -300}));

  ASSERT_TRUE(write_file(root() / "a.i16", array.data).ok());
  const auto raw = read_recordings(root() / "a.i16", {.format = "i16", .rows = 1, .channels = 3});
  ASSERT_TRUE(raw.ok()) << raw.error().to_string();
  EXPECT_EQ(raw->samples.size(), 2U);
  EXPECT_EQ(raw->samples[0].values, (std::vector<float>{1, -2, 3}));
  EXPECT_EQ(error(root() / "a.i16", {.format = "i16", .channels = 4}),
            "a.i16: has 12 bytes, which is not a whole number of rows of 4 i16 values");
  EXPECT_EQ(error(root() / "a.i16", {.format = "i16", .rows = 4}),
            "a.i16: has 6 rows, which is not a whole number of recordings of 4 rows (data.rows)");
}

TEST_F(Format, LayoutsWithATable) {
  const std::vector<std::int16_t> beats{1, 2, 3, 4, 5, 6, 7, 8};
  const std::string bytes(reinterpret_cast<const char*>(beats.data()), 16);
  test::put(root() / "beats/beats_x2.bin", bytes);
  test::put(root() / "beats/beats.csv", "record,kind\n100,N\n100,V\n101,Q\n101,N\n");
  const FolderOptions options{.layout = "records",
                              .format = "i16",
                              .rows = 2,
                              .class_column = "kind",
                              .group_column = "record",
                              .classes = {"V", "N"}};
  const auto data = read_folder(root() / "beats", options);
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->classes, (std::vector<std::string>{"V", "N"}));
  ASSERT_EQ(data->samples.size(), 3U);
  EXPECT_EQ(data->samples[1].label, 0);
  EXPECT_EQ(data->samples[2].values, (std::vector<float>{7, 8}));
  EXPECT_EQ(data->samples[2].group, "101");
  FolderOptions wrong = options;
  wrong.rows = 4;
  EXPECT_NE(
      read_folder(root() / "beats", wrong).error().to_string().find("holds 2 records where beats.csv has 4 lines"),
      std::string::npos);

  test::put(root() / "list/a.i16", bytes);
  test::put(root() / "list/b.i16", bytes);
  test::put(root() / "list/manifest.csv", "file,class,load\na.i16,good,0\nb.i16,bad,1\n");
  const auto listed = read_folder(root() / "list", {.layout = "manifest", .format = "i16", .group_column = "load"});
  ASSERT_TRUE(listed.ok()) << listed.error().to_string();
  EXPECT_EQ(listed->classes, (std::vector<std::string>{"bad", "good"}));
  EXPECT_EQ(listed->samples[0].label, 1);
  EXPECT_EQ(listed->samples[0].rows(), 8);
}

TEST_F(Format, OneFileAClass) {
  test::put(root() / "moves/jump.csv", "x\n1\n2\n3\n4\n");
  test::put(root() / "moves/fall.csv", "x\n5\n6\n");
  const auto data = read_folder(root() / "moves", {.layout = "files", .rows = 2});
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->classes, (std::vector<std::string>{"fall", "jump"}));
  ASSERT_EQ(data->samples.size(), 3U);
  EXPECT_EQ(data->samples[2].group, "jump#002");
  EXPECT_EQ(data->samples[2].values, (std::vector<float>{3, 4}));
}

}  // namespace
}  // namespace mote
