/* See mote_mve_dense.h for the arithmetic. The windows of some output positions are copied into scratch, padding filled in,
 * and used for all output channels: two instructions for 16 bytes, against 14 for 128 products. */
#include "conv2d_s8_mve.h"

/* `rows` rows of `bytes` bytes, `step` apart, to rows side by side. */
static inline void copy_rows(int8_t* to, const int8_t* from, int32_t rows, int32_t bytes, int32_t step) {
#if defined(__ARM_FEATURE_MVE)
  const int8_t* x;
  int8_t* y;
  __asm__ volatile(
      "3: mov %[x], %[from]\n"
      "mov %[y], %[to]\n"
      "add %[from], %[step]\n"
      "add %[to], %[bytes]\n"
      "wlstp.8 lr, %[bytes], 2f\n"
      "1: vldrb.8 q0, [%[x]], #16\n"
      "vstrb.8 q0, [%[y]], #16\n"
      "letp lr, 1b\n"
      "2: subs %[rows], #1\n"
      "bne 3b\n"
      : [to] "+r"(to), [from] "+r"(from), [rows] "+r"(rows), [x] "=&r"(x), [y] "=&r"(y)
      : [bytes] "r"(bytes), [step] "r"(step)
      : "lr", "q0", "cc", "memory");
#else
  for (; rows > 0; --rows, to += bytes, from += step) memcpy(to, from, (size_t)bytes);
#endif
}

/* Taps along one axis that lie inside: [*begin, *end). */
static inline void clip(int32_t start, int32_t step, int32_t taps, int32_t size, int32_t* begin, int32_t* end) {
  int32_t b = 0, e = taps;
  while (b < taps && start + b * step < 0) ++b;
  while (e > b && start + (e - 1) * step >= size) --e;
  *begin = b;
  *end = e;
}

/* A window that sticks out, or whose taps do not lie side by side. */
static void gather(int8_t* patch, const int8_t* image, int32_t y, int32_t x, const mote_conv2d_s8_mve_params* p) {
  const int32_t row = p->filter_w * p->in_c, step = p->in_w * p->in_c * p->dilation_h;
  int32_t y0, y1, x0, x1;
  mote_mve_fill(patch, p->in_zero, p->filter_h * row);
  clip(y, p->dilation_h, p->filter_h, p->in_h, &y0, &y1);
  clip(x, p->dilation_w, p->filter_w, p->in_w, &x0, &x1);
  const int8_t* from = image + ((y + y0 * p->dilation_h) * p->in_w + x + x0 * p->dilation_w) * p->in_c;
  int8_t* to = patch + y0 * row + x0 * p->in_c;
  for (; y0 < y1; ++y0, from += step, to += row) {
    if (p->dilation_w == 1) {
      mote_mve_copy(to, from, (x1 - x0) * p->in_c);
    } else {
      for (int32_t kx = 0; kx < x1 - x0; ++kx)
        mote_mve_copy(to + kx * p->in_c, from + kx * p->dilation_w * p->in_c, p->in_c);
    }
  }
}

/* An output position's window: its first tap, which may lie outside of the input. */
typedef struct {
  int32_t y, x, ox;
} window;

/* `count` windows inside the input whose rows have at most 16 bytes. Up to 15 bytes behind a window are written. */
static inline void take_narrow(int8_t* to, const int8_t* from, int32_t count, const mote_conv2d_s8_mve_params* p) {
  const int32_t bytes = p->filter_w * p->in_c, step = p->in_w * p->in_c * p->dilation_h;
  const int32_t next = p->stride_w * p->in_c, pitch = 16 * p->layer.chunks;
#if defined(__ARM_FEATURE_MVE)
  const int8_t* x;
  int8_t* y;
  int32_t row;
/* clang-format off */
#define ROW "vpst\n vldrbt.8 q0, [%[x]]\n add %[x], %[step]\n vstrb.8 q0, [%[y]]\n"
#define TAKE(body) \
  __asm__ volatile( \
      "vctp.8 %[bytes]\n" \
      "dls lr, %[count]\n" \
      "1: mov %[x], %[from]\n" \
      "mov %[y], %[to]\n" \
      body \
      "add %[from], %[next]\n" \
      "add %[to], %[pitch]\n" \
      "le lr, 1b\n" \
      : [to] "+r"(to), [from] "+r"(from), [x] "=&r"(x), [y] "=&r"(y), [row] "=&r"(row) \
      : [bytes] "r"(bytes), [step] "r"(step), [next] "r"(next), [pitch] "r"(pitch), [count] "r"(count), \
        [rows] "m"(p->filter_h) \
      : "lr", "q0", "cc", "memory")
  if (p->filter_h == 1)
    TAKE(ROW);
  else if (p->filter_h == 3)
    TAKE(ROW "add %[y], %[bytes]\n" ROW "add %[y], %[bytes]\n" ROW);
  else
    TAKE("ldr %[row], %[rows]\n2:\n" ROW "add %[y], %[bytes]\n subs %[row], #1\n bne 2b\n");
/* clang-format on */
#else
  for (; count > 0; --count, to += pitch, from += next) copy_rows(to, from, p->filter_h, bytes, step);
#endif
}

/* The windows of the next `count` positions. */
static inline void take(int8_t* to, int32_t count, const int8_t* image, window* w, const mote_conv2d_s8_mve_params* p) {
  const int32_t pitch = 16 * p->layer.chunks;
  /* Windows that begin before these, and not before 0, lie inside. */
  const int32_t y_end = p->in_h - (p->filter_h - 1) * p->dilation_h;
  const int32_t x_end = p->dilation_w == 1 ? p->in_w - p->filter_w + 1 : 0;
  while (count > 0) {
    int32_t run = 1;
    if (w->y >= 0 && w->y < y_end && w->x >= 0 && w->x < x_end) {
      const int32_t inside = p->stride_w == 1 ? x_end - w->x : (x_end - 1 - w->x) / p->stride_w + 1;
      const int32_t row = inside < p->out_w - w->ox ? inside : p->out_w - w->ox;
      const int8_t* from = image + (w->y * p->in_w + w->x) * p->in_c;
      run = row < count ? row : count;
      if (p->filter_w * p->in_c <= 16)
        take_narrow(to, from, run, p);
      else
        for (int32_t i = 0; i < run; ++i)
          copy_rows(to + i * pitch, from + i * p->stride_w * p->in_c, p->filter_h, p->filter_w * p->in_c,
                    p->in_w * p->in_c * p->dilation_h);
    } else {
      gather(to, image, w->y, w->x, p);
    }
    count -= run;
    to += run * pitch;
    w->x += run * p->stride_w;
    w->ox += run;
    if (w->ox == p->out_w) {
      w->ox = 0;
      w->x = -p->pad_left;
      w->y += p->stride_h;
    }
  }
}

static inline void conv2d(int8_t* out, const int8_t* in, void* scratch, const mote_conv2d_s8_mve_params* p,
                          mote_mve_pairs_kernel* pairs, mote_mve_one_kernel* one) {
  const int32_t out_c = p->layer.outputs, pitch = 16 * p->layer.chunks;
  int8_t* windows = scratch;
  for (int32_t n = 0; n < p->batches; ++n, in += p->in_h * p->in_w * p->in_c) {
    window at = {-p->pad_top, -p->pad_left, 0};
    int32_t left = p->out_h * p->out_w, count;
    for (; left > 0; left -= count) {
      count = left < p->at_once ? left : p->at_once;
      take(windows, count, in, &at, p);
      if (count > 1) pairs(out, windows, windows + pitch, &p->layer, count / 2, 2 * pitch);
      if ((count & 1) != 0) one(out + (count - 1) * out_c, windows + (count - 1) * pitch, &p->layer);
      out += count * out_c;
    }
  }
}

void mote_conv2d_s8_mve(int8_t* out, const int8_t* in, void* scratch, const mote_conv2d_s8_mve_params* p) {
  conv2d(out, in, scratch, p, mote_mve_pairs, mote_mve_one);
}

void mote_conv2d_s8_mve_signed(int8_t* out, const int8_t* in, void* scratch, const mote_conv2d_s8_mve_params* p) {
  conv2d(out, in, scratch, p, mote_mve_pairs_signed, mote_mve_one_signed);
}
