/* Whitened distances in 2^-10, logarithms in 2^-16 (src/ops/gaussian_mixture.cpp states the error). */
#include "gaussian_mixture_s8.h"

#include "mote_tabular.h"

/* log(1 + exp(-d)), d >= 0 in 2^-16: straight lines between eighths. */
static int32_t softplus(const uint16_t *table, int32_t d) {
    const int32_t i = d >> 13;
    if (i >= 96) return 0;
    const int32_t a = table[i], b = table[i + 1];
    return a - (((a - b) * (d & 8191)) >> 13);
}

/* A row's sum in 2^-10, at most 2^13 deviations. */
static int32_t whitened(int64_t sum, int32_t shift) {
    const int64_t limit = (int64_t)1 << (23 + shift);
    if (sum > limit) sum = limit;
    if (sum < -limit) sum = -limit;
    return mote_shift_right_64(sum + (((int64_t)1 << shift) >> 1), shift);
}

void mote_gaussian_mixture_s8(int16_t *out, const int8_t *in, const mote_gaussian_mixture_s8_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        const int16_t *weight = p->weights, *centre = p->centre, *shift = p->shifts;
        const int32_t *rest = p->rest;
        int32_t score = 0;
        for (int32_t k = 0; k < p->components; ++k) {
            uint64_t squares = 0;
            for (int32_t i = 0; i < p->features; ++i) {
                int64_t sum = -(int64_t)*rest++;
                for (int32_t j = p->full != 0 ? 0 : i; j <= i; ++j)
                    sum += *weight++ * (in[j] - centre[j]); /* 32,767 * 65,535 fits */
                const int32_t z = whitened(sum, *shift++);
                squares += (uint64_t)((int64_t)z * z);
            }
            centre += p->features;
            squares >>= 5;
            const int32_t one = (squares > (1u << 29) ? 1 << 29 : (int32_t)squares) + p->offset[k];
            if (k == 0) score = one;
            else if (one < score) score = one - softplus(p->softplus, score - one);
            else score -= softplus(p->softplus, one - score);
        }
        out[n] = (int16_t)mote_clamp(mote_scale(score, p->multiplier, p->shift), -32768, 32767);
        in += p->features;
    }
}
