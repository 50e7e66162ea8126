/* See depthwise_conv2d_host.h. Channels lie side by side in vectors, and nine taps at a time are added to all of them;
 * taps outside the input read a row of padding. */
#include "depthwise_conv2d_host.h"

/* Defines name(sums, x, w, c): sums[i] += nine taps' products. Products of int8 fit int16. */
#define NINE(name, sum_type, in_type, weight_type, product)                                           \
  MOTE_HOST_CLONES                                                                                    \
  static void name(sum_type* restrict sums, const in_type* const* x, const weight_type* w, int32_t c) { \
    const in_type *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3], *x4 = x[4], *x5 = x[5], *x6 = x[6], \
                  *x7 = x[7], *x8 = x[8];                                                             \
    for (int32_t i = 0; i < c; ++i) {                                                                 \
      sum_type s = sums[i];                                                                           \
      s += (product)(x0[i] * w[i]);                                                                   \
      s += (product)(x1[i] * w[c + i]);                                                               \
      s += (product)(x2[i] * w[2 * c + i]);                                                           \
      s += (product)(x3[i] * w[3 * c + i]);                                                           \
      s += (product)(x4[i] * w[4 * c + i]);                                                           \
      s += (product)(x5[i] * w[5 * c + i]);                                                           \
      s += (product)(x6[i] * w[6 * c + i]);                                                           \
      s += (product)(x7[i] * w[7 * c + i]);                                                           \
      s += (product)(x8[i] * w[8 * c + i]);                                                           \
      sums[i] = s;                                                                                    \
    }                                                                                                 \
  }
NINE(nine_s8, int32_t, int8_t, int16_t, int16_t)
NINE(nine_f32, float, float, float, float)

/* Adds all taps of one position, nine at a time. */
#define POSITION(sums, image, p_index, padding, type, nine)                                                     \
  {                                                                                                             \
    const int32_t y0 = (p_index) / w->out_w * w->stride_h - w->pad_top;                                         \
    const int32_t x0 = (p_index) % w->out_w * w->stride_w - w->pad_left;                                        \
    const int32_t taps = w->filter_h * w->filter_w;                                                             \
    memset(sums, 0, (size_t)w->in_c * sizeof *(sums));                                                          \
    for (int32_t t = 0; t < taps; t += 9) {                                                                     \
      const type* x[9];                                                                                         \
      for (int32_t k = 0; k < 9; ++k) {                                                                         \
        const int32_t ky = (t + k) / w->filter_w, kx = (t + k) % w->filter_w;                                   \
        const int32_t y = y0 + ky * w->dilation_h, xx = x0 + kx * w->dilation_w;                                \
        const int inside = t + k < taps && y >= 0 && y < w->in_h && xx >= 0 && xx < w->in_w;                    \
        x[k] = inside ? (image) + (y * w->in_w + xx) * w->in_c : (padding);                                     \
      }                                                                                                         \
      nine(sums, x, p->weights + t * w->in_c, w->in_c);                                                         \
    }                                                                                                           \
  }

void mote_depthwise_conv2d_s8_host(int8_t* out, const int8_t* in, void* scratch,
                                   const mote_depthwise_conv2d_s8_host_params* p) {
  const mote_host_window* w = &p->window;
  int32_t* sums = scratch;
  int8_t* padding = (int8_t*)(sums + w->in_c);
  memset(padding, p->in_zero, (size_t)w->in_c);
  for (int32_t n = 0; n < w->batches; ++n, in += w->in_h * w->in_w * w->in_c)
    for (int32_t i = 0; i < w->out_h * w->out_w; ++i, out += w->in_c) {
      POSITION(sums, in, i, padding, int8_t, nine_s8)
      mote_host_requantize(out, sums, w->in_c, &p->scale);
    }
}

void mote_depthwise_conv2d_f32_host(float* out, const float* in, void* scratch,
                                    const mote_depthwise_conv2d_f32_host_params* p) {
  const mote_host_window* w = &p->window;
  float* sums = scratch;
  float* padding = sums + w->in_c;
  memset(padding, 0, (size_t)w->in_c * sizeof(float));
  for (int32_t n = 0; n < w->batches; ++n, in += w->in_h * w->in_w * w->in_c)
    for (int32_t i = 0; i < w->out_h * w->out_w; ++i, out += w->in_c) {
      POSITION(sums, in, i, padding, float, nine_f32)
      for (int32_t c = 0; c < w->in_c; ++c) {
        const float y = sums[c] + p->bias[c], high = y > p->act_max ? p->act_max : y;
        out[c] = y < p->act_min ? p->act_min : high;
      }
    }
}
