/* See conv2d_f32_host.h. Sixteen outputs lie side by side in vectors, so every sum is added in the order of its inputs,
 * as the reference adds; two positions share the loads of weights. */
#include "conv2d_f32_host.h"

MOTE_HOST_WINDOWS(copy_windows, float, float)

typedef float lanes __attribute__((vector_size(32), aligned(4)));

static inline void store(float* out, const lanes* sums, int32_t first, const mote_conv2d_f32_host_params* p) {
  float plain[16];
  const int32_t left = p->outputs - first, count = left < 16 ? left : 16;
  memcpy(plain, sums, sizeof plain);
  for (int32_t i = 0; i < count; ++i) {
    const float y = plain[i] + p->bias[first + i], high = y > p->act_max ? p->act_max : y;
    out[first + i] = y < p->act_min ? p->act_min : high;
  }
}

MOTE_HOST_CLONES
static void multiply(float* out, const float* windows, int32_t count, const mote_conv2d_f32_host_params* p) {
  const int32_t inputs = p->inputs, outputs = p->outputs;
  int32_t n = 0;
  for (; n + 4 <= count; n += 4, out += 4 * outputs) {
    const float *x0 = windows + n * inputs, *x1 = x0 + inputs, *x2 = x1 + inputs, *x3 = x2 + inputs;
    const lanes* w = (const lanes*)p->weights;
    for (int32_t o = 0; o < outputs; o += 16) {
      lanes a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0}, c0 = {0}, c1 = {0}, d0 = {0}, d1 = {0};
      for (int32_t i = 0; i < inputs; ++i, w += 2) {
        const lanes low = w[0], high = w[1];
        a0 += low * x0[i];
        a1 += high * x0[i];
        b0 += low * x1[i];
        b1 += high * x1[i];
        c0 += low * x2[i];
        c1 += high * x2[i];
        d0 += low * x3[i];
        d1 += high * x3[i];
      }
      const lanes sums[8] = {a0, a1, b0, b1, c0, c1, d0, d1};
      for (int32_t k = 0; k < 4; ++k) store(out + k * outputs, sums + 2 * k, o, p);
    }
  }
  for (; n < count; ++n, out += outputs) {
    const float* x = windows + n * inputs;
    const lanes* w = (const lanes*)p->weights;
    for (int32_t o = 0; o < outputs; o += 16) {
      lanes a0 = {0}, a1 = {0};
      for (int32_t i = 0; i < inputs; ++i, w += 2) {
        a0 += w[0] * x[i];
        a1 += w[1] * x[i];
      }
      const lanes sums[2] = {a0, a1};
      store(out, sums, o, p);
    }
  }
}

void mote_conv2d_f32_host(float* out, const float* in, void* scratch, const mote_conv2d_f32_host_params* p) {
  const mote_host_window* w = &p->window;
  const int32_t positions = w->out_h * w->out_w;
  for (int32_t n = 0; n < w->batches; ++n, in += w->in_h * w->in_w * w->in_c)
    for (int32_t first = 0; first < positions; first += MOTE_HOST_AT_ONCE) {
      const int32_t left = positions - first, count = left < MOTE_HOST_AT_ONCE ? left : MOTE_HOST_AT_ONCE;
      copy_windows(scratch, in, first, count, p->inputs, 0.0F, w);
      multiply(out, scratch, count, p);
      out += count * p->outputs;
    }
}
