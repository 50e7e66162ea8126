/* See winograd_2x2_s8.h. With d a 4x4 patch of the input and g a filter, the 2x2 outputs are A' [(G g G') . (B' d B)]
 * A:
 *
 *        1  0 -1  0             2  0  0
 *   B' = 0  1  1  0      2 G =  1  1  1          2 y = A' m:  y0 = m0 + m1 + m2
 *        0 -1  1  0             1 -1  1                       y1 = m1 - m2 - m3
 *        0  1  0 -1             0  0  2
 *
 * Transformed inputs stay within 4 * 128, weights within 9 * 127. The result, 4 times the convolution, is wanted 256
 * times: a shift. Components stand in natural order, rows of B' first. */
#include "winograd_2x2_s8.h"

#include "mote_m4.h"

enum { COMPONENTS = 16, TILE = 2 };

static void transform_patch(uint32_t* values, const int8_t* patch, const mote_winograd_in* s) {
  const int32_t stride = s->component / 4;
  for (int32_t odd = 0; odd < 2; ++odd, values += 2) {
    uint32_t columns[24]; /* six columns of four components */
    const int8_t* from = patch;
    uint32_t* to = values;
    for (uint32_t* column = columns; column != columns + 24; column += 4, from += s->step) {
      const uint32_t x0 = mote_load4(from), x1 = mote_load4(from + s->row), x2 = mote_load4(from + 2 * s->row),
                     x3 = mote_load4(from + 3 * s->row);
      const uint32_t d0 = odd ? mote_sxtb16_odd(x0) : mote_sxtb16(x0), d1 = odd ? mote_sxtb16_odd(x1) : mote_sxtb16(x1),
                     d2 = odd ? mote_sxtb16_odd(x2) : mote_sxtb16(x2), d3 = odd ? mote_sxtb16_odd(x3) : mote_sxtb16(x3);
      column[0] = mote_subtract_halves(d0, d2);
      column[1] = mote_add_halves(d1, d2);
      column[2] = mote_subtract_halves(d2, d1);
      column[3] = mote_subtract_halves(d1, d3);
    }
    for (const uint32_t* row = columns; row != columns + 4; ++row, to += 4 * stride) {
      const uint32_t d0 = row[0], d1 = row[4], d2 = row[8], d3 = row[12], d4 = row[16], d5 = row[20];
      to[0] = mote_subtract_halves(d0, d2);
      to[1] = mote_subtract_halves(d2, d4);
      to[stride] = mote_add_halves(d1, d2);
      to[stride + 1] = mote_add_halves(d3, d4);
      to[2 * stride] = mote_subtract_halves(d2, d1);
      to[2 * stride + 1] = mote_subtract_halves(d4, d3);
      to[3 * stride] = mote_subtract_halves(d1, d3);
      to[3 * stride + 1] = mote_subtract_halves(d3, d5);
    }
  }
}

/* One output from 4 times its convolution. */
static inline int8_t scale(uint32_t y, const int32_t* channel, int32_t round, int is_signed, int fraction) {
  int32_t v = (int32_t)((uint32_t)channel[0] + 64 * y);
  if (is_signed) v -= channel[2] & (v >> 31);
  return (int8_t)mote_saturate8(mote_multiply_high_add(v, channel[1], round) >> fraction);
}

static inline void inverse(const uint32_t* sums, int8_t* out, const int32_t* channels, const mote_winograd_out* s,
                           int is_signed, int fraction) {
  for (int32_t i = 0; i < 8; ++i, ++sums) {
    const int32_t* const channel = channels + i / 2 * 3;
    int8_t* const to = out + i / 2 + i % 2 * 2 * s->step;
    uint32_t top[4], bottom[4];
    for (int32_t x = 0; x < 4; ++x) {
      const uint32_t m1 = sums[(4 + x) * 8], m2 = sums[(8 + x) * 8];
      top[x] = sums[x * 8] + m1 + m2;
      bottom[x] = m1 - m2 - sums[(12 + x) * 8];
    }
    to[0] = scale(top[0] + top[1] + top[2], channel, s->round, is_signed, fraction);
    to[s->step] = scale(top[1] - top[2] - top[3], channel, s->round, is_signed, fraction);
    to[s->row] = scale(bottom[0] + bottom[1] + bottom[2], channel, s->round, is_signed, fraction);
    to[s->row + s->step] = scale(bottom[1] - bottom[2] - bottom[3], channel, s->round, is_signed, fraction);
  }
}

#define WINOGRAD(v, is_signed, fraction)                                                                            \
  static void inverse_##v(const uint32_t* sums, int8_t* out, const int32_t* channels, const mote_winograd_out* s) { \
    inverse(sums, out, channels, s, is_signed, fraction);                                                           \
  }                                                                                                                 \
  void mote_winograd_2x2_s8_##v(int8_t* output, const int8_t* input, void* scratch,                                 \
                                const mote_winograd_s8_params* p) {                                                 \
    mote_winograd_run(output, input, scratch, p, COMPONENTS, TILE, transform_patch, inverse_##v);                   \
  }
WINOGRAD(plain_9, 0, 9)
WINOGRAD(plain_11, 0, 11)
WINOGRAD(signed_9, 1, 9)
WINOGRAD(signed_11, 1, 11)
