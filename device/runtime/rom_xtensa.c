/* Arithmetic that the ESP8266 has in its mask ROM, so that its compiler's library leaves it out: wide multiplication,
 * division, and floating point. The emulated machine has no such ROM, so it stands here, at the ROM's place (section
 * .rom, not counted as flash). Where it stands: device/runtime, target xtensa. IEEE 754-2019, round to nearest even;
 * integers only inside. Names and types: GCC internals manual, "The GCC low-level runtime library". */
#include <stdint.h>

#define ROM __attribute__((weak, section(".rom.text")))
#define INLINE static inline __attribute__((always_inline))

uint64_t __umulsidi3(uint32_t a, uint32_t b);
uint64_t __muldi3(uint64_t a, uint64_t b);
uint32_t __udivsi3(uint32_t a, uint32_t b);
uint32_t __umodsi3(uint32_t a, uint32_t b);
int32_t __divsi3(int32_t a, int32_t b);
uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);
int64_t __divdi3(int64_t a, int64_t b);
float __addsf3(float a, float b);
float __subsf3(float a, float b);
float __mulsf3(float a, float b);
float __floatsisf(int32_t a);
float __floatunsisf(uint32_t a);
uint32_t __fixunssfsi(float a);
double __adddf3(double a, double b);
double __subdf3(double a, double b);
double __muldf3(double a, double b);
double __divdf3(double a, double b);
double __floatsidf(int32_t a);
double __floatunsidf(uint32_t a);
int32_t __fixdfsi(double a);
uint32_t __fixunsdfsi(double a);
double __extendsfdf2(float a);
float __truncdfsf2(double a);

/* --- Integers --- */

INLINE uint64_t wide_product(uint32_t a, uint32_t b) {
  const uint32_t al = a & 0xffffU, ah = a >> 16, bl = b & 0xffffU, bh = b >> 16;
  const uint32_t low = al * bl;
  const uint32_t middle = al * bh + (low >> 16); /* cannot overflow: 0xfffe0001 + 0xffff */
  const uint32_t middle2 = ah * bl + (middle & 0xffffU);
  const uint32_t high = ah * bh + (middle >> 16) + (middle2 >> 16);
  return (uint64_t)high << 32 | (uint32_t)(middle2 << 16 | (low & 0xffffU));
}

ROM uint64_t __umulsidi3(uint32_t a, uint32_t b) { return wide_product(a, b); }

ROM uint64_t __muldi3(uint64_t a, uint64_t b) {
  const uint32_t cross = (uint32_t)a * (uint32_t)(b >> 32) + (uint32_t)(a >> 32) * (uint32_t)b;
  return wide_product((uint32_t)a, (uint32_t)b) + ((uint64_t)cross << 32);
}

/* Bit by bit. Division by zero gives all ones and the dividend as remainder. */
INLINE uint32_t divide(uint32_t a, uint32_t b, uint32_t* remainder) {
  uint32_t quotient = 0;
  int shift;
  if (b == 0) {
    *remainder = a;
    return 0xffffffffU;
  }
  for (shift = a < b ? -1 : __builtin_clz(b) - __builtin_clz(a); shift >= 0; --shift)
    if (a >= b << shift) {
      a -= b << shift;
      quotient |= 1U << shift;
    }
  *remainder = a;
  return quotient;
}

INLINE int leading_zeros64(uint64_t a) {
  return a >> 32 != 0 ? __builtin_clz((uint32_t)(a >> 32)) : 32 + __builtin_clz((uint32_t)a);
}

INLINE uint64_t divide64(uint64_t a, uint64_t b, uint64_t* remainder) {
  uint64_t quotient = 0;
  int shift;
  if (b == 0) {
    *remainder = a;
    return ~(uint64_t)0;
  }
  for (shift = a < b ? -1 : leading_zeros64(b) - leading_zeros64(a); shift >= 0; --shift)
    if (a >= b << shift) {
      a -= b << shift;
      quotient |= (uint64_t)1 << shift;
    }
  *remainder = a;
  return quotient;
}

ROM uint32_t __udivsi3(uint32_t a, uint32_t b) {
  uint32_t remainder;
  return divide(a, b, &remainder);
}
ROM uint32_t __umodsi3(uint32_t a, uint32_t b) {
  uint32_t remainder;
  (void)divide(a, b, &remainder);
  return remainder;
}
ROM int32_t __divsi3(int32_t a, int32_t b) {
  uint32_t remainder;
  const uint32_t quotient =
      divide(a < 0 ? 0U - (uint32_t)a : (uint32_t)a, b < 0 ? 0U - (uint32_t)b : (uint32_t)b, &remainder);
  return (int32_t)((a < 0) != (b < 0) ? 0U - quotient : quotient);
}
ROM uint64_t __udivdi3(uint64_t a, uint64_t b) {
  uint64_t remainder;
  return divide64(a, b, &remainder);
}
ROM uint64_t __umoddi3(uint64_t a, uint64_t b) {
  uint64_t remainder;
  (void)divide64(a, b, &remainder);
  return remainder;
}
ROM int64_t __divdi3(int64_t a, int64_t b) {
  uint64_t remainder;
  const uint64_t quotient =
      divide64(a < 0 ? 0U - (uint64_t)a : (uint64_t)a, b < 0 ? 0U - (uint64_t)b : (uint64_t)b, &remainder);
  return (int64_t)((a < 0) != (b < 0) ? 0U - quotient : quotient);
}

/* --- Floating point. A finite number while it is computed: sign bit in place, biased exponent, and a significand whose
 * leading one stands one below the word's top bit (bit 30 or 62), so that a sum cannot overflow; the lowest bit also
 * stands for all that was shifted out. --- */

typedef union {
  float value;
  uint32_t bits;
} single;
typedef union {
  double value;
  uint64_t bits;
} twice;

#define SIGN32 0x80000000U
#define INFINITY32 0x7f800000U
#define NAN32 0x7fc00000U
#define SIGN64 ((uint64_t)1 << 63)
#define INFINITY64 ((uint64_t)0x7ff << 52)
#define NAN64 ((uint64_t)0xfff << 51)

INLINE uint32_t shift_right32(uint32_t value, int by) {
  if (by <= 0) return value;
  if (by > 31) return value != 0;
  return value >> by | ((value << (32 - by)) != 0);
}
INLINE uint64_t shift_right64(uint64_t value, int by) {
  if (by <= 0) return value;
  if (by > 63) return value != 0;
  return value >> by | ((value << (64 - by)) != 0);
}

/* Rounds and assembles; the leading one may stand lower after a subtraction. */
static float pack32(uint32_t sign, int exponent, uint32_t significand) {
  single result;
  uint32_t rest;
  result.bits = sign;
  if (significand == 0) return result.value;
  while ((significand & 0x40000000U) == 0) {
    significand <<= 1;
    --exponent;
  }
  if (exponent <= 0) {
    significand = shift_right32(significand, 1 - exponent);
    exponent = 1;
  }
  rest = significand & 0x7fU;
  significand = (significand + 0x40U) >> 7;
  if (rest == 0x40U) significand &= ~1U;
  if ((significand & 0x01000000U) != 0) {
    significand >>= 1;
    ++exponent;
  }
  if ((significand & 0x00800000U) == 0) exponent = 0;
  if (exponent >= 255)
    result.bits |= INFINITY32;
  else
    result.bits |= (uint32_t)exponent << 23 | (significand & 0x007fffffU);
  return result.value;
}

static double pack64(uint64_t sign, int exponent, uint64_t significand) {
  twice result;
  uint64_t rest;
  result.bits = sign;
  if (significand == 0) return result.value;
  while ((significand >> 62) == 0) {
    significand <<= 1;
    --exponent;
  }
  if (exponent <= 0) {
    significand = shift_right64(significand, 1 - exponent);
    exponent = 1;
  }
  rest = significand & 0x3ffU;
  significand = (significand + 0x200U) >> 10;
  if (rest == 0x200U) significand &= ~(uint64_t)1;
  if ((significand >> 53) != 0) {
    significand >>= 1;
    ++exponent;
  }
  if ((significand >> 52) == 0) exponent = 0;
  if (exponent >= 2047)
    result.bits |= INFINITY64;
  else
    result.bits |= (uint64_t)exponent << 52 | (significand & (((uint64_t)1 << 52) - 1));
  return result.value;
}

INLINE int exponent32(uint32_t bits) { return (int)(bits >> 23 & 0xffU); }
INLINE int exponent64(uint64_t bits) { return (int)(bits >> 52 & 0x7ffU); }

/* Leading one at bit 30 for normal numbers; lower for subnormal ones, whose exponent is 1. */
INLINE uint32_t significand32(uint32_t bits, int* exponent) {
  *exponent = exponent32(bits);
  if (*exponent == 0) {
    *exponent = 1;
    return (bits & 0x007fffffU) << 7;
  }
  return ((bits & 0x007fffffU) | 0x00800000U) << 7;
}
INLINE uint64_t significand64(uint64_t bits, int* exponent) {
  const uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
  *exponent = exponent64(bits);
  if (*exponent == 0) {
    *exponent = 1;
    return fraction << 10;
  }
  return (fraction | (uint64_t)1 << 52) << 10;
}

static float add32(uint32_t a, uint32_t b) {
  single result;
  int ea, eb;
  uint32_t sa = significand32(a, &ea), sb = significand32(b, &eb);
  if (exponent32(a) == 255 || exponent32(b) == 255) {
    const int a_nan = (a & ~SIGN32) > INFINITY32, b_nan = (b & ~SIGN32) > INFINITY32;
    const int both = exponent32(a) == 255 && exponent32(b) == 255;
    result.bits = a_nan || b_nan || (both && a != b) ? NAN32 : exponent32(a) == 255 ? a : b;
    return result.value;
  }
  if (ea < eb) {
    sa = shift_right32(sa, eb - ea);
    ea = eb;
  } else {
    sb = shift_right32(sb, ea - eb);
  }
  if (((a ^ b) & SIGN32) == 0) {
    const uint32_t sum = sa + sb;
    return (sum & SIGN32) != 0 ? pack32(a & SIGN32, ea + 1, shift_right32(sum, 1)) : pack32(a & SIGN32, ea, sum);
  }
  if (sa == sb) return pack32(0, 0, 0);
  return sa > sb ? pack32(a & SIGN32, ea, sa - sb) : pack32(b & SIGN32, ea, sb - sa);
}

static double add64(uint64_t a, uint64_t b) {
  twice result;
  int ea, eb;
  uint64_t sa = significand64(a, &ea), sb = significand64(b, &eb);
  if (exponent64(a) == 2047 || exponent64(b) == 2047) {
    const int a_nan = (a & ~SIGN64) > INFINITY64, b_nan = (b & ~SIGN64) > INFINITY64;
    const int both = exponent64(a) == 2047 && exponent64(b) == 2047;
    result.bits = a_nan || b_nan || (both && a != b) ? NAN64 : exponent64(a) == 2047 ? a : b;
    return result.value;
  }
  if (ea < eb) {
    sa = shift_right64(sa, eb - ea);
    ea = eb;
  } else {
    sb = shift_right64(sb, ea - eb);
  }
  if (((a ^ b) & SIGN64) == 0) {
    const uint64_t sum = sa + sb;
    return (sum & SIGN64) != 0 ? pack64(a & SIGN64, ea + 1, shift_right64(sum, 1)) : pack64(a & SIGN64, ea, sum);
  }
  if (sa == sb) return pack64(0, 0, 0);
  return sa > sb ? pack64(a & SIGN64, ea, sa - sb) : pack64(b & SIGN64, ea, sb - sa);
}

ROM float __addsf3(float a, float b) {
  single x, y;
  x.value = a;
  y.value = b;
  return add32(x.bits, y.bits);
}
ROM float __subsf3(float a, float b) {
  single x, y;
  x.value = a;
  y.value = b;
  return add32(x.bits, y.bits ^ SIGN32);
}
ROM double __adddf3(double a, double b) {
  twice x, y;
  x.value = a;
  y.value = b;
  return add64(x.bits, y.bits);
}
ROM double __subdf3(double a, double b) {
  twice x, y;
  x.value = a;
  y.value = b;
  return add64(x.bits, y.bits ^ SIGN64);
}

/* Moves a subnormal's leading one into place. */
INLINE uint32_t normalized32(uint32_t significand, int* exponent) {
  while (significand != 0 && (significand & 0x40000000U) == 0) {
    significand <<= 1;
    --*exponent;
  }
  return significand;
}
INLINE uint64_t normalized64(uint64_t significand, int* exponent) {
  while (significand != 0 && (significand >> 62) == 0) {
    significand <<= 1;
    --*exponent;
  }
  return significand;
}

ROM float __mulsf3(float a, float b) {
  single x, y, result;
  int ea, eb;
  uint32_t sign, sx, sy;
  x.value = a;
  y.value = b;
  sign = (x.bits ^ y.bits) & SIGN32;
  if (exponent32(x.bits) == 255 || exponent32(y.bits) == 255) {
    const uint32_t ax = x.bits & ~SIGN32, ay = y.bits & ~SIGN32;
    result.bits = ax > INFINITY32 || ay > INFINITY32 || ax == 0 || ay == 0 ? NAN32 : sign | INFINITY32;
    return result.value;
  }
  sx = normalized32(significand32(x.bits, &ea), &ea);
  sy = normalized32(significand32(y.bits, &eb), &eb);
  {
    /* The leading one of the product is at bit 60 or 61: at bit 30 of the upper half when the product is 2 or more. */
    const uint64_t product = wide_product(sx, sy);
    const uint32_t significand = (uint32_t)(product >> 31) | (((uint32_t)product & 0x7fffffffU) != 0);
    return pack32(sign, ea + eb - 126, significand);
  }
}

ROM double __muldf3(double a, double b) {
  twice x, y, result;
  int ea, eb;
  uint64_t sign, sx, sy;
  x.value = a;
  y.value = b;
  sign = (x.bits ^ y.bits) & SIGN64;
  if (exponent64(x.bits) == 2047 || exponent64(y.bits) == 2047) {
    const uint64_t ax = x.bits & ~SIGN64, ay = y.bits & ~SIGN64;
    result.bits = ax > INFINITY64 || ay > INFINITY64 || ax == 0 || ay == 0 ? NAN64 : sign | INFINITY64;
    return result.value;
  }
  sx = normalized64(significand64(x.bits, &ea), &ea);
  sy = normalized64(significand64(y.bits, &eb), &eb);
  {
    const uint32_t xl = (uint32_t)sx, xh = (uint32_t)(sx >> 32), yl = (uint32_t)sy, yh = (uint32_t)(sy >> 32);
    const uint64_t low = wide_product(xl, yl);
    const uint64_t cross = wide_product(xl, yh), cross2 = wide_product(xh, yl);
    const uint64_t middle = (low >> 32) + (uint32_t)cross + (uint32_t)cross2;
    const uint64_t high = wide_product(xh, yh) + (cross >> 32) + (cross2 >> 32) + (middle >> 32);
    const uint64_t below = (uint64_t)(uint32_t)middle << 32 | (uint32_t)low;
    /* The leading one is at bit 60 or 61 of `high`. */
    const uint64_t significand = high << 1 | below >> 63 | ((below << 1) != 0);
    return pack64(sign, ea + eb - 1022, significand);
  }
}

ROM double __divdf3(double a, double b) {
  twice x, y, result;
  int ea, eb, i;
  uint64_t sign, sx, sy, ax, ay, quotient = 0;
  x.value = a;
  y.value = b;
  sign = (x.bits ^ y.bits) & SIGN64;
  ax = x.bits & ~SIGN64;
  ay = y.bits & ~SIGN64;
  if (ax > INFINITY64 || ay > INFINITY64 || (ax == ay && (ax == 0 || ax == INFINITY64))) {
    result.bits = NAN64;
    return result.value;
  }
  if (ax == INFINITY64 || ay == 0) {
    result.bits = sign | INFINITY64;
    return result.value;
  }
  if (ax == 0 || ay == INFINITY64) {
    result.bits = sign;
    return result.value;
  }
  sx = normalized64(significand64(x.bits, &ea), &ea);
  sy = normalized64(significand64(y.bits, &eb), &eb);
  for (i = 0; i < 57; ++i) { /* 53 bits, a bit to round, one to lose to normalisation, and spare ones */
    quotient <<= 1;
    if (sx >= sy) {
      sx -= sy;
      quotient |= 1;
    }
    sx <<= 1;
  }
  /* The first bit was the integer part: it stands at bit 56, and belongs at bit 62. */
  return pack64(sign, ea - eb + 1023, quotient << 6 | (sx != 0));
}

/* --- Conversions --- */

ROM float __floatunsisf(uint32_t a) {
  return (a & SIGN32) != 0 ? pack32(0, 127 + 31, shift_right32(a, 1)) : pack32(0, 127 + 30, a);
}
ROM float __floatsisf(int32_t a) {
  const uint32_t size = a < 0 ? 0U - (uint32_t)a : (uint32_t)a;
  const uint32_t sign = a < 0 ? SIGN32 : 0;
  return (size & SIGN32) != 0 ? pack32(sign, 127 + 31, size >> 1) : pack32(sign, 127 + 30, size);
}
ROM double __floatunsidf(uint32_t a) { return pack64(0, 1023 + 62, a); }
ROM double __floatsidf(int32_t a) {
  return a < 0 ? pack64(SIGN64, 1023 + 62, 0U - (uint32_t)a) : pack64(0, 1023 + 62, (uint32_t)a);
}

/* Out of range: the nearest number there is. */
ROM uint32_t __fixunssfsi(float a) {
  single x;
  int exponent;
  uint32_t significand;
  x.value = a;
  significand = significand32(x.bits, &exponent) << 1;
  if ((x.bits & SIGN32) != 0 || exponent < 127) return 0;
  if (exponent > 127 + 31) return 0xffffffffU;
  return significand >> (127 + 31 - exponent);
}
ROM uint32_t __fixunsdfsi(double a) {
  twice x;
  int exponent;
  uint64_t significand;
  x.value = a;
  significand = significand64(x.bits, &exponent);
  if ((x.bits & SIGN64) != 0 || exponent < 1023) return 0;
  if (exponent > 1023 + 31) return 0xffffffffU;
  return (uint32_t)(significand >> (1023 + 62 - exponent));
}
ROM int32_t __fixdfsi(double a) {
  twice x;
  int exponent;
  uint64_t significand;
  uint32_t size;
  x.value = a;
  significand = significand64(x.bits, &exponent);
  if (exponent < 1023) return 0;
  if (exponent > 1023 + 30) return (x.bits & SIGN64) != 0 ? INT32_MIN : INT32_MAX;
  size = (uint32_t)(significand >> (1023 + 62 - exponent));
  return (int32_t)((x.bits & SIGN64) != 0 ? 0U - size : size);
}

ROM double __extendsfdf2(float a) {
  single x;
  twice result;
  int exponent;
  uint32_t significand;
  x.value = a;
  if (exponent32(x.bits) == 255) {
    result.bits = (uint64_t)(x.bits & SIGN32) << 32 | ((x.bits & 0x007fffffU) != 0 ? NAN64 : INFINITY64);
    return result.value;
  }
  significand = significand32(x.bits, &exponent);
  return pack64((uint64_t)(x.bits & SIGN32) << 32, exponent + 1023 - 127, (uint64_t)significand << 32);
}
ROM float __truncdfsf2(double a) {
  twice x;
  single result;
  int exponent;
  uint64_t significand;
  x.value = a;
  if (exponent64(x.bits) == 2047) {
    result.bits = (uint32_t)(x.bits >> 32 & SIGN32) | ((x.bits & ~SIGN64) > INFINITY64 ? NAN32 : INFINITY32);
    return result.value;
  }
  significand = significand64(x.bits, &exponent);
  return pack32((uint32_t)(x.bits >> 32 & SIGN32), exponent - 1023 + 127,
                (uint32_t)(significand >> 32) | ((uint32_t)significand != 0));
}
