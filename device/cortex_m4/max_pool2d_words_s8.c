/* See max_pool2d_words_s8.h. A window that is as wide as the input is one run of pixels. Groups of four channels are
 * written after all reads of their window, in order, which is what the compiler's overlap rule relies on. */
#include "max_pool2d_words_s8.h"

#include "mote_m4.h"
#include "mote_window.h"

/* `rows` rows of `columns` pixels of four channels. */
static void pool4(int8_t* out, const int8_t* in, int32_t rows, int32_t columns, const mote_max_pool2d_s8_params* p) {
  const int32_t step = p->channels, next = (p->in_w - columns) * step;
  uint32_t greatest = mote_max_bytes(mote_load4(in), (uint8_t)p->act_min * 0x01010101U);
  for (; rows > 0; --rows, in += next)
    for (int32_t n = columns; n > 0; --n, in += step) greatest = mote_max_bytes(greatest, mote_load4(in));
  if (p->act_max < 127) /* the least of signed bytes: the greatest of their complements */
    greatest = ~mote_max_bytes(~greatest, ~((uint8_t)p->act_max * 0x01010101U));
  mote_store4(out, greatest);
}

void mote_max_pool2d_words_s8(int8_t* out, const int8_t* in, const mote_max_pool2d_s8_params* p) {
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
