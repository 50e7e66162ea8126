// The ESP8266's ROM arithmetic (device/runtime/rom_xtensa.c), compiled for this machine, against this machine's own.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

// The names belong to the compiler's library here.
#define __umulsidi3 rom_umulsidi3
#define __muldi3 rom_muldi3
#define __udivsi3 rom_udivsi3
#define __umodsi3 rom_umodsi3
#define __divsi3 rom_divsi3
#define __udivdi3 rom_udivdi3
#define __umoddi3 rom_umoddi3
#define __divdi3 rom_divdi3
#define __addsf3 rom_addsf3
#define __subsf3 rom_subsf3
#define __mulsf3 rom_mulsf3
#define __floatsisf rom_floatsisf
#define __floatunsisf rom_floatunsisf
#define __fixunssfsi rom_fixunssfsi
#define __adddf3 rom_adddf3
#define __subdf3 rom_subdf3
#define __muldf3 rom_muldf3
#define __divdf3 rom_divdf3
#define __floatsidf rom_floatsidf
#define __floatunsidf rom_floatunsidf
#define __fixdfsi rom_fixdfsi
#define __fixunsdfsi rom_fixunsdfsi
#define __extendsfdf2 rom_extendsfdf2
#define __truncdfsf2 rom_truncdfsf2
#include "device/runtime/rom_xtensa.c"

namespace {

constexpr int kRounds = 300000;

struct Random {
  std::uint64_t state = 88172645463325252ULL;
  std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  }
  /// Any bit pattern; every third one has an exponent near that of 1, so that sums and rounding are exercised.
  float any_float() {
    const auto bits = static_cast<std::uint32_t>(next() >> 16);
    switch (next() % 8) {
      case 0:
        return std::bit_cast<float>(bits & 0x807fffffU);  // subnormal or zero
      case 1:
        return std::bit_cast<float>(bits | 0x7f800000U);  // NaN (or infinity)
      case 2:
        return std::bit_cast<float>((bits & 0x80000000U) | 0x7f800000U);  // infinity
      case 3:
      case 4:
      case 5:
        return std::bit_cast<float>((bits & 0x83ffffffU) | 0x3c000000U);
      default:
        return std::bit_cast<float>(bits);
    }
  }
  double any_double() {
    const std::uint64_t bits = next();
    switch (next() % 8) {
      case 0:
        return std::bit_cast<double>(bits & 0x800fffffffffffffULL);
      case 1:
        return std::bit_cast<double>(bits | 0x7ff0000000000000ULL);
      case 2:
        return std::bit_cast<double>((bits & 0x8000000000000000ULL) | 0x7ff0000000000000ULL);
      case 3:
      case 4:
        return std::bit_cast<double>((bits & 0x83ffffffffffffffULL) | 0x3c00000000000000ULL);
      case 5:
        return std::bit_cast<double>((bits & 0x83ffffffe0000000ULL) | 0x3c00000000000000ULL);  // exact ties
      default:
        return std::bit_cast<double>(bits);
    }
  }
};

bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}
bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

TEST(Rom, IntegersAreExact) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const std::uint64_t a = random.next() >> (random.next() % 64), b = random.next() >> (random.next() % 64);
    const auto a32 = static_cast<std::uint32_t>(a), b32 = static_cast<std::uint32_t>(b);
    ASSERT_EQ(rom_umulsidi3(a32, b32), static_cast<std::uint64_t>(a32) * b32);
    ASSERT_EQ(rom_muldi3(a, b), a * b);
    if (b32 != 0) {
      ASSERT_EQ(rom_udivsi3(a32, b32), a32 / b32) << a32 << " " << b32;
      ASSERT_EQ(rom_umodsi3(a32, b32), a32 % b32);
      const auto sa = static_cast<std::int32_t>(a32), sb = static_cast<std::int32_t>(b32);
      if (sb != -1) {
        ASSERT_EQ(rom_divsi3(sa, sb), sa / sb);
      }
    }
    ASSERT_EQ(rom_udivdi3(a, b | 1), a / (b | 1)) << a << " " << b;
    ASSERT_EQ(rom_umoddi3(a, b | 1), a % (b | 1));
    const auto sa = static_cast<std::int64_t>(a), sb = static_cast<std::int64_t>(b | 1);
    if (sb != -1) {
      ASSERT_EQ(rom_divdi3(sa, sb), sa / sb);
    }
  }
}

TEST(Rom, SinglePrecisionIsThatOfIeee754) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const float a = random.any_float(), b = random.any_float();
    ASSERT_TRUE(same(rom_addsf3(a, b), a + b)) << a << " + " << b << " gave " << rom_addsf3(a, b);
    ASSERT_TRUE(same(rom_subsf3(a, b), a - b)) << a << " - " << b << " gave " << rom_subsf3(a, b);
    ASSERT_TRUE(same(rom_mulsf3(a, b), a * b)) << a << " * " << b << " gave " << rom_mulsf3(a, b);
    ASSERT_TRUE(same(rom_extendsfdf2(a), static_cast<double>(a))) << a;
    const auto bits = static_cast<std::uint32_t>(random.next() >> (random.next() % 64));
    ASSERT_TRUE(same(rom_floatunsisf(bits), static_cast<float>(bits))) << bits;
    ASSERT_TRUE(
        same(rom_floatsisf(static_cast<std::int32_t>(bits)), static_cast<float>(static_cast<std::int32_t>(bits))))
        << bits;
    if (a > -1.0F && a < 4294967296.0F) {
      ASSERT_EQ(rom_fixunssfsi(a), static_cast<std::uint32_t>(a)) << a;
    }
  }
}

TEST(Rom, DoublePrecisionIsThatOfIeee754) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const double a = random.any_double(), b = random.any_double();
    ASSERT_TRUE(same(rom_adddf3(a, b), a + b)) << a << " + " << b << " gave " << rom_adddf3(a, b);
    ASSERT_TRUE(same(rom_subdf3(a, b), a - b)) << a << " - " << b << " gave " << rom_subdf3(a, b);
    ASSERT_TRUE(same(rom_muldf3(a, b), a * b)) << a << " * " << b << " gave " << rom_muldf3(a, b);
    ASSERT_TRUE(same(rom_divdf3(a, b), a / b)) << a << " / " << b << " gave " << rom_divdf3(a, b);
    ASSERT_TRUE(same(rom_truncdfsf2(a), static_cast<float>(a))) << a;
    const auto bits = static_cast<std::uint32_t>(random.next() >> (random.next() % 64));
    ASSERT_TRUE(same(rom_floatunsidf(bits), static_cast<double>(bits)));
    ASSERT_TRUE(
        same(rom_floatsidf(static_cast<std::int32_t>(bits)), static_cast<double>(static_cast<std::int32_t>(bits))));
    if (a > -1.0 && a < 4294967296.0) {
      ASSERT_EQ(rom_fixunsdfsi(a), static_cast<std::uint32_t>(a)) << a;
    }
    if (a > -2147483649.0 && a < 2147483648.0) {
      ASSERT_EQ(rom_fixdfsi(a), static_cast<std::int32_t>(a)) << a;
    }
  }
}

}  // namespace
