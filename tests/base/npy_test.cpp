// .npy and .npz: bytes that NumPy wrote, round trips, and refusals.
#include "base/npy.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/npz.h"

namespace mote {
namespace {

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// A version `major`.0 file with the given header and data.
Bytes file_with(std::string_view header, std::string_view data, std::uint8_t major = 1) {
  Bytes out = bytes_of("\x93NUMPY");
  out.push_back(major);
  out.push_back(0);
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i) out.push_back(static_cast<std::uint8_t>(header.size() >> (8 * i)));
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

template <typename T>
NpyArray array_of(NpyType type, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  NpyArray array{type, std::move(shape), Bytes(values.size() * sizeof(T))};
  if (!values.empty())
    std::memcpy(array.data.data(), values.data(), array.data.size());  // memcpy may not be given null
  return array;
}

// numpy.save of array([[1, -2, 3]], dtype=int16), NumPy 2.
const std::string kNumpyFile = std::string("\x93NUMPY\x01\x00v\x00", 10) +
                               "{'descr': '<i2', 'fortran_order': False, 'shape': (1, 3), }" + std::string(58, ' ') +
                               "\n" + std::string("\x01\x00\xfe\xff\x03\x00", 6);

TEST(Npy, ReadsWhatNumpyWrote) {
  const auto array = parse_npy(bytes_of(kNumpyFile));
  ASSERT_TRUE(array.ok()) << array.error().to_string();
  EXPECT_EQ(array->type, NpyType::i16);
  EXPECT_EQ(array->shape, (std::vector<std::int64_t>{1, 3}));
  const auto values = array->as<std::int16_t>();
  EXPECT_EQ(std::vector<std::int16_t>(values.begin(), values.end()), (std::vector<std::int16_t>{1, -2, 3}));
}

TEST(Npy, WritesWhatNumpyWouldWrite) {
  EXPECT_EQ(encode_npy(array_of<std::int16_t>(NpyType::i16, {1, 3}, {1, -2, 3})), bytes_of(kNumpyFile));
}

TEST(Npy, RoundTripsEveryTypeAndRank) {
  const std::vector<NpyArray> arrays = {array_of<float>(NpyType::f32, {2, 2}, {1.5F, -0.0F, 3e38F, 0.1F}),
                                        array_of<double>(NpyType::f64, {1}, {0.1}),
                                        array_of<std::int8_t>(NpyType::i8, {3}, {-128, 0, 127}),
                                        array_of<std::int32_t>(NpyType::i32, {}, {-7}),
                                        array_of<std::int64_t>(NpyType::i64, {1, 1, 1}, {INT64_MIN}),
                                        array_of<std::uint8_t>(NpyType::u8, {0, 4}, {}),
                                        array_of<std::uint8_t>(NpyType::boolean, {2}, {1, 0})};
  for (const NpyArray& array : arrays) {
    const Bytes encoded = encode_npy(array);
    EXPECT_EQ((encoded.size() - array.data.size()) % 64, 0U);
    const auto again = parse_npy(encoded);
    ASSERT_TRUE(again.ok()) << again.error().to_string();
    EXPECT_EQ(*again, array);
  }
}

TEST(Npy, AcceptsEveryVersionQuotesAndOrderOfKeys) {
  for (std::uint8_t version = 1; version <= 3; ++version) {
    const auto array = parse_npy(file_with("{\"shape\":(2,),'fortran_order':False,'descr':'<i1'}\n", "ab", version));
    ASSERT_TRUE(array.ok()) << array.error().to_string();
    EXPECT_EQ(array->type, NpyType::i8);
  }
  // One dimension has one order, whatever the flag says.
  EXPECT_TRUE(parse_npy(file_with("{'descr': '|u1', 'fortran_order': True, 'shape': (2,)}", "ab")).ok());
}

TEST(Npy, RefusesWhatItCannotRead) {
  struct Case {
    Bytes file;
    Code code;
    std::string_view says;
  };
  const std::string_view good = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
  const std::vector<Case> cases = {
      {{}, Code::BadInput, "is not an .npy file"},
      {bytes_of("\x93NUMPX\x01"), Code::BadInput, "is not an .npy file"},
      {bytes_of("\x93NUMPY\x01"), Code::BadInput, "truncated"},
      {file_with(good, "ab", 9), Code::Unsupported, "version 9.0"},
      {file_with(good, "a"), Code::BadInput, "holds 1 bytes of data, its shape (2) of uint8 needs 2"},
      {file_with(good, "abc"), Code::BadInput, "holds 3 bytes"},
      {file_with("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1)}", "abcd"), Code::Unsupported,
       "Fortran order"},
      {file_with("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", "abcd"), Code::Unsupported, "big-endian"},
      {file_with("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "abcd"), Code::Unsupported, "type |O"},
      {file_with("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "abcd"), Code::BadInput, "broken"},
      {file_with("{'descr': '|u1', 'fortran_order': False, 'shape': (2)}", "ab"), Code::BadInput, "broken"},
      {file_with("{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}", "ab"), Code::BadInput, "broken"},
      {file_with("{'descr': '|u1', 'fortran_order': False}", "ab"), Code::BadInput, "broken"},
      {file_with("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "ab"), Code::BadInput,
       "broken"},
      {file_with("{'descr': '|u1', 'fortran_order': False, 'shape': (4611686018427387904, 4)}", "ab"), Code::BadInput,
       "overflows"},
      {file_with("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}", "a"),
       Code::Unsupported, "17 dimensions"},
      {file_with("{", ""), Code::BadInput, "broken"},
  };
  for (const Case& c : cases) {
    const auto array = parse_npy(c.file);
    ASSERT_FALSE(array.ok()) << c.says;
    EXPECT_EQ(array.error().code, c.code) << c.says;
    EXPECT_NE(array.error().what.find(c.says), std::string::npos) << array.error().what;
  }
}

TEST(Npy, EveryTruncationIsRefused) {
  const Bytes whole = bytes_of(kNumpyFile);
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(parse_npy(std::span(whole).first(n)).ok()) << n << " bytes";
}

TEST(Npy, FilesAreNamedInErrors) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  const auto path = folder->path() / "x.npy";
  const NpyArray array = array_of<float>(NpyType::f32, {1}, {2.0F});
  ASSERT_TRUE(write_npy(path, array).ok());
  const auto again = read_npy(path);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, array);
  ASSERT_TRUE(write_text(path, "no").ok());
  EXPECT_EQ(read_npy(path).error().to_string(), path.string() + ": is not an .npy file");
}

// numpy.savez(w=array([1.5], dtype=float32)), NumPy 2: the local header holds its sizes in a zip64 field.
Bytes numpy_npz() {
  const std::string npy = std::string("\x93NUMPY\x01\x00v\x00", 10) +
                          "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }" + std::string(60, ' ') + "\n" +
                          std::string("\x00\x00\xc0\x3f", 4);
  const std::string local(
      "PK\x03\x04\x2d\x00\x00\x00\x00\x00\x00\x00\x21\x00\x54\x79\x2e\x83\xff\xff\xff\xff\xff\xff\xff\xff\x05\x00\x14"
      "\x00"
      "w.npy\x01\x00\x10\x00\x84\x00\x00\x00\x00\x00\x00\x00\x84\x00\x00\x00\x00\x00\x00\x00",
      55);
  const std::string central(
      "PK\x01\x02\x2d\x03\x2d\x00\x00\x00\x00\x00\x00\x00\x21\x00\x54\x79\x2e\x83\x84\x00\x00\x00\x84\x00\x00\x00\x05"
      "\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00w.npy",
      51);
  const std::string end("PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00\x33\x00\x00\x00\xbb\x00\x00\x00\x00\x00", 22);
  return bytes_of(local + npy + central + end);
}

TEST(Npz, ReadsWhatNumpyWrote) {
  const auto arrays = parse_npz(numpy_npz());
  ASSERT_TRUE(arrays.ok()) << arrays.error().to_string();
  ASSERT_EQ(arrays->size(), 1U);
  EXPECT_EQ(arrays->at("w"), array_of<float>(NpyType::f32, {1}, {1.5F}));
}

TEST(Npz, RoundTripsAndIsDeterministic) {
  NpzArrays arrays;
  EXPECT_EQ(*parse_npz(*encode_npz(arrays)), arrays);
  arrays["conv/weights:0"] = array_of<std::int8_t>(NpyType::i8, {2, 2}, {1, 2, 3, 4});
  arrays["bias"] = array_of<std::int32_t>(NpyType::i32, {1}, {9});
  const auto encoded = encode_npz(arrays);
  ASSERT_TRUE(encoded.ok());
  EXPECT_EQ(*encoded, *encode_npz(arrays));
  const auto again = parse_npz(*encoded);
  ASSERT_TRUE(again.ok()) << again.error().to_string();
  EXPECT_EQ(*again, arrays);
}

TEST(Npz, DamageIsRefused) {
  const Bytes whole = numpy_npz();
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(parse_npz(std::span(whole).first(n)).ok()) << n << " bytes";
  Bytes flipped = whole;
  flipped[55 + 130] ^= 1;  // a byte of the array
  EXPECT_NE(parse_npz(flipped).error().what.find("checksum"), std::string::npos);
  Bytes compressed = whole;
  compressed[187 + 10] = 8;
  EXPECT_EQ(parse_npz(compressed).error().code, Code::Unsupported);
  Bytes outside = whole;
  outside[187 + 42] = 0xFF;
  outside[187 + 43] = 0xFF;
  EXPECT_NE(parse_npz(outside).error().what.find("outside"), std::string::npos);
}

}  // namespace
}  // namespace mote
