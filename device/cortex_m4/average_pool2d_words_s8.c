/* See average_pool2d_words_s8.h. Sums stay in halves of a word. A window that is as wide as the input is one run of
 * pixels. Groups of four channels are written after all reads of their window, in order, which is what the compiler's
 * overlap rule relies on. */
#include "average_pool2d_words_s8.h"

#include "mote_m4.h"
#include "mote_window.h"

static int8_t mean(int32_t sum, int32_t count, const mote_average_pool2d_s8_params* p) {
  const int32_t half = count / 2, value = (sum > 0 ? sum + half : sum - half) / count;
  return (int8_t)(value < p->act_min ? p->act_min : value > p->act_max ? p->act_max : value);
}

#define PIXEL                          \
  {                                    \
    const uint32_t x = mote_load4(in); \
    even = mote_add_bytes(even, x);    \
    odd = mote_add_bytes_odd(odd, x);  \
    in += step;                        \
  }

/* `rows` rows of `columns` pixels of four channels. */
static void pool4(int8_t* out, const int8_t* in, int32_t rows, int32_t columns,
                  const mote_average_pool2d_s8_params* p) {
  const int32_t step = p->channels, next = (p->in_w - columns) * step, count = rows * columns;
  uint32_t even = 0, odd = 0;
  for (; rows > 0; --rows, in += next) {
    int32_t n = columns;
    for (; n >= 4; n -= 4) {
      PIXEL
      PIXEL
      PIXEL
      PIXEL
    }
    for (; n > 0; --n) PIXEL
  }
  out[0] = mean(mote_low(even), count, p);
  out[1] = mean(mote_low(odd), count, p);
  out[2] = mean(mote_high(even), count, p);
  out[3] = mean(mote_high(odd), count, p);
}

void mote_average_pool2d_words_s8(int8_t* out, const int8_t* in, const mote_average_pool2d_s8_params* p) {
  for (int32_t n = 0; n < p->batches; ++n, in += p->in_h * p->in_w * p->channels)
    for (int32_t oy = 0; oy < p->out_h; ++oy) {
      const mote_taps ys = mote_clip_window(oy, p->stride_h, p->pad_top, 1, p->filter_h, p->in_h);
      for (int32_t ox = 0; ox < p->out_w; ++ox) {
        const mote_taps xs = mote_clip_window(ox, p->stride_w, p->pad_left, 1, p->filter_w, p->in_w);
        const int8_t* from = in + ((ys.start + ys.begin) * p->in_w + xs.start + xs.begin) * p->channels;
        const int32_t rows = ys.end - ys.begin, columns = xs.end - xs.begin, one_run = columns == p->in_w;
        for (int32_t c = 0; c < p->channels; c += 4, from += 4, out += 4)
          pool4(out, from, one_run ? 1 : rows, one_run ? rows * columns : columns, p);
      }
    }
}
