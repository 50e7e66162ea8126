/* See conv2d_s8_tile.h. */
#include "conv2d_s8_tile.h"

#include "mote_window.h"

/* Taps of an undilated row that lie inside; most windows do with all of them. */
static inline mote_taps taps_of_row(int32_t ox, const mote_conv2d_s8_tile_params* p) {
  const int32_t start = ox * p->stride_w - p->pad_left;
  if (p->dilation_w == 1 && start >= 0 && start + p->filter_w <= p->in_w) {
    const mote_taps all = {start, 0, p->filter_w};
    return all;
  }
  return mote_clip_window(ox, p->stride_w, p->pad_left, p->dilation_w, p->filter_w, p->in_w);
}

/* The window of a position into the patch: rows of its taps, column of outputs. */
static void gather(void* patch, int32_t w, const int8_t* image, mote_taps ys, int32_t ox, const mote_conv2d_s8_tile_params* p) {
  const mote_taps xs = taps_of_row(ox, p);
  const int32_t row = p->filter_w * p->in_c, step = p->dilation_w * p->in_c;
  const int32_t taps = xs.end - xs.begin, line = p->in_w * p->in_c * p->dilation_h;
  const int32_t before = xs.begin * p->in_c, after = (p->filter_w - xs.end) * p->in_c;
  const int8_t* from = image + (ys.start + ys.begin * p->dilation_h) * p->in_w * p->in_c + (xs.start + xs.begin * p->dilation_w) * p->in_c;
  mote_tile_patch to = mote_tile_open(patch, w, p->layer.inputs);
  mote_tile_fill(&to, p->in_zero, ys.begin * row);
  for (int32_t y = ys.begin; y < ys.end; ++y, from += line) {
    mote_tile_fill(&to, p->in_zero, before);
    if (p->dilation_w == 1)
      mote_tile_copy(&to, from, taps * p->in_c);
    else
      for (int32_t x = 0; x < taps; ++x) mote_tile_copy(&to, from + x * step, p->in_c);
    mote_tile_fill(&to, p->in_zero, after);
  }
  mote_tile_fill(&to, p->in_zero, (p->filter_h - ys.end) * row);
  mote_tile_close(&to, patch, w, p->layer.inputs);
}

void mote_conv2d_s8_tile(int8_t* out, const int8_t* in, void* scratch, const mote_conv2d_s8_tile_params* p) {
  for (int32_t n = 0; n < p->batches; ++n, in += p->in_h * p->in_w * p->in_c) {
    const mote_tile_windows windows = mote_tile_gathered(scratch, p->layer.inputs);
    int32_t y = 0, x = 0;
    mote_taps ys = mote_clip_window(0, p->stride_h, p->pad_top, p->dilation_h, p->filter_h, p->in_h);
    for (int32_t left = p->out_h * p->out_w; left > 0;) {
      const int32_t count = left >= MOTE_TILE ? MOTE_TILE : 1;
      for (int32_t w = 0; w < count; ++w) {
        gather(scratch, w, in, ys, x, p);
        if (++x == p->out_w) {
          x = 0;
          ys = mote_clip_window(++y, p->stride_h, p->pad_top, p->dilation_h, p->filter_h, p->in_h);
        }
      }
      if (count == 1)
        mote_tile_run_one(out, &windows, &p->layer);
      else
        mote_tile_run(out, &windows, &p->layer);
      left -= count;
      out += count * p->layer.outputs;
    }
  }
}
