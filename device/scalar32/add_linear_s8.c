/* See add_linear_s8.h. Multipliers have 29 bits, so that products with bytes have 37: where there is an instruction for the
 * upper word it gives the shifted product at once, else the multiplier is taken in two pieces. */
#include "add_linear_s8.h"

#if defined(__XTENSA__)
typedef struct {
  int32_t high, low; /* multiplier = 256 * high + low */
} multiplier;
static inline multiplier split(int32_t m) {
  const multiplier s = {m >> 8, m & 255};
  return s;
}
static inline int32_t times(int32_t x, multiplier m) { return x * m.high + ((x * m.low) >> 8); }
#else
typedef int32_t multiplier;
static inline multiplier split(int32_t m) { return m; }
static inline int32_t times(int32_t x, multiplier m) { return (int32_t)(((int64_t)(x * (1 << 24)) * m) >> 32); }
#endif

static inline __attribute__((always_inline)) void add(int8_t* output, const int8_t* a, const int8_t* b,
                                                      const mote_add_linear_s8_params* p, int is_signed) {
  const multiplier a_multiplier = split(p->a_multiplier), b_multiplier = split(p->b_multiplier);
  const int32_t first = p->first, then = p->then;
  const int8_t* const end = a + p->count;
  for (; a != end; ++a, ++b, ++output) {
    int32_t sum = (int32_t)((uint32_t)first + (uint32_t)times(*a, a_multiplier) + (uint32_t)times(*b, b_multiplier));
    if (is_signed) sum += then + (sum >> 31);
    sum >>= 21;
    if (sum < -128) sum = -128;
    if (sum > 127) sum = 127;
    *output = (int8_t)sum;
  }
}

void mote_add_linear_s8(int8_t* output, const int8_t* a, const int8_t* b, const mote_add_linear_s8_params* p) {
  add(output, a, b, p, 0);
}

void mote_add_linear_signed_s8(int8_t* output, const int8_t* a, const int8_t* b, const mote_add_linear_s8_params* p) {
  add(output, a, b, p, 1);
}
