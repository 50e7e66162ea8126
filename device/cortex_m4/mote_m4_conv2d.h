/* The body of conv2d_s8_dual and conv2d_s8w4_quad: the windows of two output pixels are widened to int16 pairs and used for all
 * output channels, straight from the input where both lie inside it, else by way of a patch of bytes where padding is filled
 * in. The inner loops come as arguments. */
#ifndef MOTE_M4_CONV2D_H
#define MOTE_M4_CONV2D_H

#include "mote_m4_layer.h"

typedef struct {
  int32_t batches;
  int32_t in_h, in_w, in_c; /* elements */
  int32_t out_h, out_w;
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t in_zero;     /* what padding holds */
  int32_t body, tail;  /* bytes of a window's row: a multiple of 4, and 0 to 3 more (dilation_w > 1: any, and 0) */
  mote_m4_layer layer; /* the stream's order of inputs: the bodies of all rows of the window, the tails of all, zeros */
} mote_m4_conv2d_params;

/* An output pixel's window: its first tap, which may lie outside of the input. */
typedef struct {
  int32_t y, x, ox;
} mote_m4_window;

static inline void mote_m4_advance(mote_m4_window* w, int32_t positions, const mote_m4_conv2d_params* p) {
  w->x += positions * p->stride_w;
  w->ox += positions;
  if (w->ox == p->out_w) {
    w->ox = 0;
    w->x = -p->pad_left;
    w->y += p->stride_h;
  }
}

/* Taps along one axis that lie inside: [*begin, *end). */
static inline void mote_m4_clip(int32_t start, int32_t step, int32_t taps, int32_t size, int32_t* begin, int32_t* end) {
  int32_t b = 0, e = taps;
  while (b < taps && start + b * step < 0) ++b;
  while (e > b && start + (e - 1) * step >= size) --e;
  *begin = b;
  *end = e;
}

/* The window as bytes in the stream's order, padding included. */
static inline void mote_m4_gather(int8_t* patch, const int8_t* image, int32_t y, int32_t x, const mote_m4_conv2d_params* p) {
  const int32_t body = p->body, tail = p->tail;
  const int32_t step = p->in_w * p->in_c * p->dilation_h;
  const uint32_t fill = 0x01010101u * (uint8_t)p->in_zero;
  int32_t y0, y1, x0, x1;
  for (int32_t i = 0; i < p->layer.inputs; i += 4) memcpy(patch + i, &fill, 4);
  mote_m4_clip(y, p->dilation_h, p->filter_h, p->in_h, &y0, &y1);
  mote_m4_clip(x, p->dilation_w, p->filter_w, p->in_w, &x0, &x1);
  const int8_t* from = image + (y * p->in_w + x + x0 * p->dilation_w) * p->in_c + y0 * step;
  int8_t* to = patch + y0 * body + x0 * p->in_c;
  if (p->dilation_w == 1) {
    const int32_t begin = x0 * p->in_c, end = x1 * p->in_c; /* bytes of the row */
    const int32_t middle = begin >= body ? begin : end < body ? end : body;
    int8_t* tails = patch + p->filter_h * body + y0 * tail + middle - body;
    for (int32_t ky = y0; ky < y1; ++ky, from += step, to += body, tails += tail) {
      mote_m4_copy(to, from, middle - begin);
      for (int32_t i = middle; i < end; ++i) tails[i - middle] = from[i - begin];
    }
  } else {
    for (int32_t ky = y0; ky < y1; ++ky, from += step, to += body)
      for (int32_t kx = 0; kx < x1 - x0; ++kx)
        mote_m4_copy(to + kx * p->in_c, from + kx * p->dilation_w * p->in_c, p->in_c);
  }
}

/* Both windows lie inside. */
static inline void mote_m4_widen_windows(uint32_t* pairs, int8_t* tails, const int8_t* a, const int8_t* b, int32_t step,
                         const mote_m4_conv2d_params* p) {
  const int32_t rows = p->filter_h, body = p->body, tail = p->tail;
  if (rows == 3 && body == 8 && tail == 1) {
    mote_m4_widen_3x9(pairs, a, b, step);
    return;
  }
  if (body != 0) mote_m4_widen_rows(pairs, a, b, body / 4, rows, step);
  if (tail != 0) {
    const int32_t bytes = (rows * tail + 3) & ~3;
    int8_t* to = tails;
    a += body;
    b += body;
    for (int32_t r = rows; r > 0; --r, a += step, b += step, to += tail) {
      to[0] = a[0];
      to[bytes] = b[0];
      if (tail == 1) continue;
      to[1] = a[1];
      to[bytes + 1] = b[1];
      if (tail == 2) continue;
      to[2] = a[2];
      to[bytes + 2] = b[2];
    }
    mote_m4_widen(pairs + rows * body, tails, tails + bytes, bytes / 4);
  }
}

static inline void mote_m4_conv2d(int8_t* out, const int8_t* in, void* scratch, const mote_m4_conv2d_params* p,
                          mote_m4_two* two, mote_m4_one* one) {
  const mote_m4_groups groups = mote_m4_split(&p->layer);
  const int32_t out_c = p->layer.outputs, inputs = p->layer.inputs;
  const int32_t line = p->in_w * p->in_c, step = line * p->dilation_h;
  /* Windows that begin before these, and not before 0, lie inside. */
  const int32_t y_end = p->in_h - (p->filter_h - 1) * p->dilation_h;
  const int32_t x_end = p->dilation_w == 1 ? p->in_w - p->filter_w + 1 : 0;
  uint32_t* pairs = scratch;
  int8_t* patch = (int8_t*)scratch + 4 * inputs;
  for (int32_t n = 0; n < p->batches; ++n, in += p->in_h * line) {
    mote_m4_window at = {-p->pad_top, -p->pad_left, 0};
    int32_t left = p->out_h * p->out_w;
    while (left > 1) {
      int32_t run = 0; /* how many pairs of this row from here on lie inside */
      if (at.y >= 0 && at.y < y_end && at.x >= 0 && at.x < x_end) {
        const int32_t inside = (x_end - 1 - at.x) / p->stride_w + 1;
        run = (inside < p->out_w - at.ox ? inside : p->out_w - at.ox) / 2;
      }
      if (run != 0) {
        const int32_t jump = p->stride_w * p->in_c;
        const int8_t* a = in + (at.y * p->in_w + at.x) * p->in_c;
        for (int32_t i = run; i > 0; --i, a += 2 * jump, out += 2 * out_c) {
          mote_m4_widen_windows(pairs, patch, a, a + jump, step, p);
          mote_m4_run2(&p->layer, &groups, pairs, out, out + out_c, two);
        }
        left -= 2 * run;
        mote_m4_advance(&at, 2 * run, p);
      } else { /* one of the two sticks out, or they are of two rows */
        const mote_m4_window a = at;
        mote_m4_advance(&at, 1, p);
        if (a.y >= 0 && a.x >= 0 && a.x < x_end && at.x >= 0 && at.y < y_end && at.x < x_end) {
          mote_m4_widen_windows(pairs, patch, in + (a.y * p->in_w + a.x) * p->in_c, in + (at.y * p->in_w + at.x) * p->in_c, step, p);
        } else {
          mote_m4_gather(patch, in, a.y, a.x, p);
          mote_m4_gather(patch + inputs, in, at.y, at.x, p);
          mote_m4_widen(pairs, patch, patch + inputs, inputs / 4);
        }
        mote_m4_run2(&p->layer, &groups, pairs, out, out + out_c, two);
        mote_m4_advance(&at, 1, p);
        left -= 2;
        out += 2 * out_c;
      }
    }
    if (left != 0) {
      mote_m4_gather(scratch, in, at.y, at.x, p);
      mote_m4_run1(&p->layer, &groups, scratch, out, one);
      out += out_c;
    }
  }
}

#endif /* MOTE_M4_CONV2D_H */
