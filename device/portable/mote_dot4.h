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

/* The same with int16 inputs and 64-bit sums. 256 products of at most 2^22 fit 32 bits. */
static inline void mote_dot4_s16(int64_t sum[4], const int16_t *x, const int8_t *w, int32_t n) {
    while (n > 0) {
        const int32_t run = n < 256 ? n : 256;
        int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int32_t i = 0; i < run; ++i) {
            const int32_t v = x[i];
            s0 += v * w[0];
            s1 += v * w[1];
            s2 += v * w[2];
            s3 += v * w[3];
            w += 4;
        }
        sum[0] += s0;
        sum[1] += s1;
        sum[2] += s2;
        sum[3] += s3;
        x += run;
        n -= run;
    }
}

/* Weight k of the four in two bytes, as mote_dot4_s8w4 has them. */
static inline int32_t mote_weight4(const uint8_t *w, int32_t k) {
    return (int32_t)(((uint32_t)w[k >> 1] >> ((k & 1) * 4)) & 15u) - 8;
}

/* The same with weights of four bits, each 8 more than it stands for: w[2 * i] holds input i's weights for outputs 0 (low
 * nibble) and 1, w[2 * i + 1] those for 2 and 3. The eights are taken off at the end. */
static inline void mote_dot4_s8w4(int32_t sum[4], const int8_t *x, const uint8_t *w, int32_t n) {
    int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3], all = 0;
    for (int32_t i = 0; i < n; ++i) {
        const int32_t v = x[i];
        all += v;
        s0 += v * (w[0] & 15);
        s1 += v * (w[0] >> 4);
        s2 += v * (w[1] & 15);
        s3 += v * (w[1] >> 4);
        w += 2;
    }
    sum[0] = s0 - 8 * all;
    sum[1] = s1 - 8 * all;
    sum[2] = s2 - 8 * all;
    sum[3] = s3 - 8 * all;
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
