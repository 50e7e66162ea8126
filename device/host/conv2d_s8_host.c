/* See conv2d_s8_host.h. Windows are widened to int16 side by side; two of them against four filters at a time are eight
 * sums of products of int16, the form for which compilers know an instruction (PMADDWD, SMLAL). */
#include "conv2d_s8_host.h"

MOTE_HOST_WINDOWS(widen_windows, int16_t, int8_t)

MOTE_HOST_CLONES
static void multiply(int32_t* sums, const int16_t* windows, int32_t count, const mote_conv2d_s8_host_params* p) {
  const int32_t pitch = p->pitch & ~15, rows = (p->outputs + 3) & ~3;
  for (int32_t n = 0; n < count; n += 2, sums += 2 * rows) {
    const int16_t *x0 = windows + n * pitch, *x1 = x0 + pitch, *w0 = p->weights;
    for (int32_t o = 0; o < rows; o += 4, w0 += 4 * pitch) {
      const int16_t *w1 = w0 + pitch, *w2 = w1 + pitch, *w3 = w2 + pitch;
      int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
      for (int32_t i = 0; i < pitch; ++i) {
        a0 += x0[i] * w0[i];
        a1 += x0[i] * w1[i];
        a2 += x0[i] * w2[i];
        a3 += x0[i] * w3[i];
        b0 += x1[i] * w0[i];
        b1 += x1[i] * w1[i];
        b2 += x1[i] * w2[i];
        b3 += x1[i] * w3[i];
      }
      sums[o] = a0;
      sums[o + 1] = a1;
      sums[o + 2] = a2;
      sums[o + 3] = a3;
      sums[rows + o] = b0;
      sums[rows + o + 1] = b1;
      sums[rows + o + 2] = b2;
      sums[rows + o + 3] = b3;
    }
  }
}

void mote_conv2d_s8_host(int8_t* out, const int8_t* in, void* scratch, const mote_conv2d_s8_host_params* p) {
  const mote_host_window* w = &p->window;
  const int32_t positions = w->out_h * w->out_w;
  int32_t* sums = scratch;
  int16_t* windows = (int16_t*)(sums + MOTE_HOST_AT_ONCE * ((p->outputs + 3) & ~3));
  memset(windows, 0, (size_t)(2 * MOTE_HOST_AT_ONCE * p->pitch));
  for (int32_t n = 0; n < w->batches; ++n, in += w->in_h * w->in_w * w->in_c)
    for (int32_t first = 0; first < positions; first += MOTE_HOST_AT_ONCE) {
      const int32_t left = positions - first, count = left < MOTE_HOST_AT_ONCE ? left : MOTE_HOST_AT_ONCE;
      widen_windows(windows, in, first, count, p->pitch, (int16_t)p->in_zero, w);
      multiply(sums, windows, count, p);
      for (int32_t i = 0; i < count; ++i)
        mote_host_requantize(out + i * p->outputs, sums + i * ((p->outputs + 3) & ~3), p->outputs, &p->scale);
      out += count * p->outputs;
    }
}
