/* The inner loop of convolution and fully connected layers: one input against four output channels at once.
 * Weights come interleaved: w[4 * i + k] is input i's weight for output k, so one pointer walks through flash. */
#ifndef MOTE_DOT4_H
#define MOTE_DOT4_H

#include <stdint.h>

/* sum[k] += x[i] * w[4 * i + k] over i < n, k < 4. */
static inline void mote_dot4_s8(int32_t sum[4], const int8_t *x, const int8_t *w, int32_t n) {
    int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    for (int32_t i = 0; i < n; ++i) {
        const int32_t v = x[i];
        s0 += v * w[0];
        s1 += v * w[1];
        s2 += v * w[2];
        s3 += v * w[3];
        w += 4;
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

/* The same with float sums, added in the order of i. */
static inline void mote_dot4_f32(float sum[4], const float *x, const float *w, int32_t n) {
    float s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    for (int32_t i = 0; i < n; ++i) {
        const float v = x[i];
        s0 += v * w[0];
        s1 += v * w[1];
        s2 += v * w[2];
        s3 += v * w[3];
        w += 4;
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

#endif /* MOTE_DOT4_H */
