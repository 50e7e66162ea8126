/* Requantisation of many channels at once: the arithmetic of mote_math.h without branches, so that compilers vectorise
 * it. Where it stands: device/host, under the int8 kernels. */
#ifndef MOTE_HOST_SCALE_H
#define MOTE_HOST_SCALE_H

#include "mote_host.h"

/* Of many channels. Shifts are to the right
 * and sums stay below 2^30, which src/kernels/host.cpp makes sure of. */
typedef struct {
  const int32_t* bias;       /* zero points folded */
  const int32_t* multiplier; /* Q0.31, >= 0 */
  const int32_t* shift;      /* to the right, 0..30 */
  int32_t zero, act_min, act_max;
} mote_host_scale;

/* sums[i] without the biases, i < count -> out[i]. */
MOTE_HOST_CLONES
static void mote_host_requantize(int8_t* restrict out, const int32_t* restrict sums, int32_t count,
                                 const mote_host_scale* s) {
  const int32_t* restrict bias = s->bias;
  const int32_t* restrict multiplier = s->multiplier;
  const int32_t* restrict shift = s->shift;
  const int32_t zero = s->zero, low = s->act_min, high = s->act_max;
  for (int32_t i = 0; i < count; ++i) {
    const int64_t product = (int64_t)(sums[i] + bias[i]) * multiplier[i] + (1 << 30);
    const int32_t half = (1 << shift[i]) >> 1;
    int32_t t = (int32_t)(product >> 31);
    t += (t >> 31) & -(half != 0); /* halves away from zero */
    t = ((t + half) >> shift[i]) + zero;
    t = t < low ? low : t;
    out[i] = (int8_t)(t > high ? high : t);
  }
}

#endif /* MOTE_HOST_SCALE_H */
