/* Plain C99 softmax. The exponentials come from a table made at compile time (src/ops/softmax_fixed_point.cpp); the sum is Q12.19;
 * its reciprocal is found by Newton's iteration, in gemmlowp's fixed-point formats. */
#include "softmax_s8.h"

#include "mote_math.h"

/* 1 / sum as Q0.31, to be divided by 2^*shift more. sum is Q12.19, at least 2^19. */
static int32_t reciprocal(int32_t sum, int32_t *shift) {
    uint32_t normal = (uint32_t)sum;
    int32_t leading = 0;
    while ((normal & 0x80000000u) == 0) {
        normal <<= 1;
        ++leading;
    }
    *shift = 12 - leading;
    /* normal / 2^31 = 1 + x; half = (1 + x) / 2 as Q0.31. */
    const int32_t half = (int32_t)(((int64_t)(normal - 0x80000000u) + 0x80000000) / 2);
    int32_t y = 1515870810 + mote_high_mul(half, -1010580540); /* 48/17 - 32/17 * half, Q2.29 */
    for (int32_t i = 0; i < 3; ++i) {
        const int32_t error = ((int32_t)1 << 29) - mote_high_mul(half, y);
        y += mote_high_mul(y, error) * 4;
    }
    return y > 0x3fffffff ? 0x7fffffff : y * 2;
}

static int32_t exponential(int32_t difference, const mote_softmax_s8_params *p) {
    return difference < p->table_size ? p->table[difference] : 0;
}

static void softmax_row(int8_t *out, const int8_t *in, const mote_softmax_s8_params *p) {
    int32_t largest = -128;
    for (int32_t i = 0; i < p->depth; ++i)
        if (in[i] > largest) largest = in[i];
    int32_t sum = 0;
    for (int32_t i = 0; i < p->depth; ++i) sum += mote_rounding_shift_right(exponential(largest - in[i], p), 12);
    int32_t shift;
    const int32_t scale = reciprocal(sum, &shift);
    shift += 31 - 8;
    for (int32_t i = 0; i < p->depth; ++i) {
        const int32_t product = mote_high_mul(scale, exponential(largest - in[i], p));
        const int32_t q = shift > 31 ? 0 : mote_rounding_shift_right(product, shift);
        out[i] = (int8_t)mote_clamp(q - 128, -128, 127);
    }
}

void mote_softmax_s8(int8_t *out, const int8_t *in, const mote_softmax_s8_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        softmax_row(out, in, p);
        in += p->depth;
        out += p->depth;
    }
}
