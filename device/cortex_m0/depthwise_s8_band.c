/* See the header. The sum of a window is one loop over two runs of words: in assembly, since gcc spills. */
#include "depthwise_s8_band.h"

#include "mote_m0_rescale.h"

/* Products of the words of x and of w, from w to end: a multiple of four, at least four. */
static inline int32_t dot(const int32_t* x, const int32_t* w, const int32_t* end) {
  int32_t sum = 0;
#if defined(__ARM_ARCH_6M__)
#define TWO_PRODUCTS \
  "ldm %0!, {r4, r5}\n" \
  "ldm %1!, {r6, r7}\n" \
  "muls r4, r6, r4\n" \
  "adds %2, %2, r4\n" \
  "muls r5, r7, r5\n" \
  "adds %2, %2, r5\n"
  __asm__(
      ".syntax unified\n"
      "1:\n" TWO_PRODUCTS TWO_PRODUCTS
      "cmp %1, %3\n"
      "bne 1b\n"
      : "+l"(x), "+l"(w), "+l"(sum)
      : "r"(end)
      : "r4", "r5", "r6", "r7", "cc", "memory");
#else
  for (; w != end; ++x, ++w) sum += *x * *w;
#endif
  return sum;
}

/* The rows from y on, where they lie inside, to the band; row r of a column is its word r. */
static void fill_band(int32_t* band, const int8_t* in, int32_t y, const mote_depthwise_s8_band_params* p) {
  const int32_t room = p->columns - p->pad_left, inside = p->in_w < room ? p->in_w : room;
  int32_t* line = band + p->pad_left * p->filter_h;
  for (int32_t r = 0; r < p->filter_h; ++r, ++y, ++line) {
    int32_t* to = line;
    if (y >= 0 && y < p->in_h) {
      const int8_t* from = in + y * p->in_row;
      for (int32_t x = inside; x > 0; --x, from += p->in_column, to += p->filter_h) *to = *from;
    } else {
      for (int32_t x = inside; x > 0; --x, to += p->filter_h) *to = p->in_zero;
    }
  }
}

static inline void depthwise(int8_t* out, const int8_t* in, int32_t* scratch, const mote_depthwise_s8_band_params* p,
                             const int32_t* round) {
  const int32_t count = p->filter_h * p->filter_w, words = p->columns * p->filter_h + 3;
  const int32_t step = p->stride_w * p->filter_h;
  int32_t* const band = scratch + p->taps;
  const int8_t* weights = p->weights;
  const uint32_t* rescale = p->rescales;
  for (int32_t i = 0; i < words; ++i) band[i] = p->in_zero;
  for (int32_t i = count; i < p->taps; ++i) scratch[i] = 0;
  for (int32_t c = 0; c < p->channels; ++c, rescale += round != 0 ? 5 : 4) {
    for (int32_t i = 0; i < count; ++i) scratch[i] = *weights++;
    for (int32_t oy = 0; oy < p->out_h; ++oy) {
      const int32_t* window = band;
      int8_t* to = out + c + oy * p->out_row;
      fill_band(band, in + c, oy * p->stride_h - p->pad_top, p);
      for (int32_t ox = p->out_w; ox > 0; --ox, window += step, to += p->out_column) {
        const uint32_t sum = (uint32_t)dot(window, scratch, band);
        const int32_t y = mote_m0_rescale(sum, rescale, p->low_bits, p->fraction, round);
        *to = (int8_t)(y < p->act_min ? p->act_min : y > p->act_max ? p->act_max : y);
      }
    }
  }
}

void mote_depthwise_s8_band(int8_t* out, const int8_t* in, void* scratch, const mote_depthwise_s8_band_params* p) {
  depthwise(out, in, scratch, p, 0);
}
void mote_depthwise_s8_band_signed(int8_t* out, const int8_t* in, void* scratch,
                                   const mote_depthwise_s8_band_params* p) {
  depthwise(out, in, scratch, p, &p->round);
}
