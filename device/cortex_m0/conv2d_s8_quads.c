/* See mote_m0_quads.h for the arithmetic. The window of a position is widened to words once and used for all outputs. */
#include "conv2d_s8_quads.h"

static int32_t fill(int32_t* to, int32_t value, int32_t n) {
  for (int32_t i = 0; i < n; ++i) to[i] = value;
  return n * value;
}

/* A window that sticks out of the input, or is dilated along w; gives the sum. */
static int32_t gather(int32_t* to, const int8_t* in, int32_t y, int32_t x, const mote_conv2d_s8_quads_params* p) {
  const int32_t row = p->filter_w * p->in_c;
  int32_t sum = 0;
  for (int32_t ky = 0; ky < p->filter_h; ++ky, y += p->dilation_h) {
    if (y < 0 || y >= p->in_h) {
      sum += fill(to, p->in_zero, row);
      to += row;
      continue;
    }
    const int8_t* line = in + y * p->in_w * p->in_c;
    int32_t at = x;
    for (int32_t kx = 0; kx < p->filter_w;) {
      int32_t run = 1;
      if (at < 0 || at >= p->in_w) {
        sum += fill(to, p->in_zero, p->in_c);
      } else { /* undilated pixels lie side by side */
        if (p->dilation_w == 1) run = p->filter_w - kx < p->in_w - at ? p->filter_w - kx : p->in_w - at;
        sum += mote_m0_widen(to, line + at * p->in_c, run * p->in_c);
      }
      to += run * p->in_c;
      at += run * p->dilation_w;
      kx += run;
    }
  }
  return sum;
}

static inline void conv2d(int8_t* out, const int8_t* in, int32_t* x, const mote_conv2d_s8_quads_params* p,
                          mote_m0_loops run) {
  const mote_m0_groups groups = mote_m0_split(&p->layer);
  const int32_t line = p->in_w * p->in_c, step = line * p->dilation_h, row = p->filter_w * p->in_c;
  /* Windows that begin before these, and not before 0, lie inside. */
  const int32_t y_end = p->in_h - (p->filter_h - 1) * p->dilation_h;
  const int32_t x_end = p->dilation_w == 1 ? p->in_w - p->filter_w + 1 : 0;
  x[p->layer.inputs - 1] = 0; /* where their number is odd */
  for (int32_t n = 0; n < p->batches; ++n, in += p->in_h * line) {
    int32_t y = -p->pad_top;
    for (int32_t oy = 0; oy < p->out_h; ++oy, y += p->stride_h) {
      int32_t at = -p->pad_left;
      for (int32_t ox = 0; ox < p->out_w; ++ox, at += p->stride_w, out += p->layer.outputs) {
        int32_t sum = 0;
        if (y >= 0 && y < y_end && at >= 0 && at < x_end) {
          const int8_t* from = in + y * line + at * p->in_c;
          int32_t* to = x;
          for (int32_t ky = p->filter_h; ky > 0; --ky, from += step, to += row) sum += mote_m0_widen(to, from, row);
        } else {
          sum = gather(x, in, y, at, p);
        }
        mote_m0_run(&p->layer, &groups, x, sum, out, run);
      }
    }
  }
}

void mote_conv2d_s8_quads(int8_t* out, const int8_t* in, void* scratch, const mote_conv2d_s8_quads_params* p) {
  conv2d(out, in, scratch, p, mote_m0_plain);
}
void mote_conv2d_s8_quads_signed(int8_t* out, const int8_t* in, void* scratch, const mote_conv2d_s8_quads_params* p) {
  conv2d(out, in, scratch, p, mote_m0_signed);
}
