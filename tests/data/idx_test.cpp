// IDX files, packed and not: what is read, what is refused, and that evaluation takes the official test part alone.
#include <gtest/gtest.h>
#include <zlib.h>

#include <optional>

#include "data/folder.h"
#include "data/preparation.h"
#include "tests/data/helpers.h"

namespace mote {
namespace {

std::string header(int axes, std::initializer_list<std::uint32_t> sizes) {
  std::string text{'\0', '\0', '\x08', static_cast<char>(axes)};
  for (const std::uint32_t size : sizes)
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift & 255U);
  return text;
}

class Idx : public testing::Test {
 protected:
  void SetUp() override {
    auto created = TemporaryFolder::create();
    ASSERT_TRUE(created.ok());
    folder_.emplace(std::move(*created));
    test::put(root() / "train-images-idx3-ubyte", header(3, {3, 2, 2}) + std::string("\x00\x01\x02\xFF----++++", 12));
    test::put(root() / "train-labels-idx1-ubyte", header(1, {3}) + std::string("\x07\x01\x07", 3));
    test::put(root() / "t10k-labels-idx1-ubyte", header(1, {1}) + std::string("\x01", 1));
    const std::string images = header(3, {1, 2, 2}) + "abcd";
    const std::string path = (root() / "t10k-images-idx3-ubyte.gz").string();
    gzFile packed = gzopen(path.c_str(), "wb");
    ASSERT_EQ(gzwrite(packed, images.data(), static_cast<unsigned>(images.size())), static_cast<int>(images.size()));
    ASSERT_EQ(gzclose(packed), Z_OK);
  }
  std::filesystem::path root() const { return folder_->path() / "data"; }
  std::string error() const {
    const auto data = read_folder(root(), {.layout = "idx"});
    if (data.ok()) return "accepted";
    std::string text = data.error().to_string();
    for (std::size_t at; (at = text.find(root().string())) != std::string::npos;)
      text.replace(at, root().string().size(), "data");
    return text;
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(Idx, ReadsBothPartsAndRenames) {
  const auto data = read_folder(root(), {.layout = "idx", .rename = {"7=seven", "9=nine"}});
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->classes, (std::vector<std::string>{"1", "seven"}));
  ASSERT_EQ(data->samples.size(), 4U);
  EXPECT_EQ(data->samples[0].group, "t10k#00001");
  EXPECT_EQ(data->samples[0].values, (std::vector<float>{'a', 'b', 'c', 'd'}));
  EXPECT_EQ(data->samples[1].shape, (Shape{2, 2, 1}));
  EXPECT_EQ(data->samples[1].values, (std::vector<float>{0, 1, 2, 255}));
  EXPECT_EQ(data->samples[1].label, 1);
  EXPECT_EQ(data->samples[2].label, 0);
}

TEST_F(Idx, EvaluationTakesTheTestPartAlone) {
  Preparation preparation;
  preparation.files.layout = "idx";
  preparation.window = 2;
  preparation.classes = {"1", "7"};
  preparation.example = {2, 2, 1};
  preparation.normalisation = {{0}, {1}, 0};
  const auto inputs = read_inputs(root(), preparation);
  ASSERT_TRUE(inputs.ok()) << inputs.error().to_string();
  EXPECT_EQ(inputs->size(), 1U);
  EXPECT_EQ(inputs->values[3], 'd');
}

TEST_F(Idx, SaysWhatIsWrong) {
  const std::string good = header(3, {3, 2, 2}) + std::string(12, 'x');
  test::put(root() / "train-images-idx3-ubyte", good.substr(0, 20));
  EXPECT_EQ(error(), "data/train-images-idx3-ubyte: holds 4 values where its header says 3x2x2");
  test::put(root() / "train-images-idx3-ubyte", header(3, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}));
  EXPECT_EQ(error(),
            "data/train-images-idx3-ubyte: holds 0 values where its header says 4294967295x4294967295x4294967295");
  test::put(root() / "train-images-idx3-ubyte", "short");
  EXPECT_EQ(error(), "data/train-images-idx3-ubyte: is not an IDX file of unsigned bytes with 3 axes");
  test::put(root() / "train-images-idx3-ubyte", good);
  test::put(root() / "train-labels-idx1-ubyte", header(1, {2}) + "ab");
  EXPECT_EQ(error(), "data/train-labels-idx1-ubyte: has 2 labels for 3 pictures");
  std::filesystem::remove(root() / "train-labels-idx1-ubyte");
  EXPECT_EQ(error(), "data: has no train-labels-idx1-ubyte for the pictures of this name");
  std::filesystem::resize_file(root() / "t10k-images-idx3-ubyte.gz", 15);
  EXPECT_EQ(error(), "data/t10k-images-idx3-ubyte.gz: is damaged or ends too early");
  std::filesystem::remove_all(root());
  std::filesystem::create_directories(root());
  EXPECT_EQ(error(), "data: has no *-images-idx3-ubyte or *-images-idx3-ubyte.gz (data.layout = \"idx\")");
}

}  // namespace
}  // namespace mote
