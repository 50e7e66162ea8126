/* Plain C99 softmax. Exponentials and the reciprocal of their sum come from tables made at compile time
 * (src/ops/softmax_table16.cpp), with linear interpolation between their points; the sum is Q16.15. */
#include "softmax_s16.h"

#include "mote_math.h"

/* x within int16. */
static int32_t interpolate(const int16_t *table, int32_t x) {
    const int16_t *point = table + 256 + mote_shift_right(x, 7);
    return point[0] + mote_shift_right((point[1] - point[0]) * (x & 127) + 64, 7);
}

static void softmax_row(int16_t *out, const int16_t *in, const mote_softmax_s16_params *p) {
    int32_t largest = -32768;
    for (int32_t i = 0; i < p->depth; ++i)
        if (in[i] > largest) largest = in[i];
    int32_t sum = 0;
    for (int32_t i = 0; i < p->depth; ++i) {
        const int32_t difference = mote_scale(in[i] - largest, p->multiplier, p->shift);
        out[i] = (int16_t)interpolate(p->exponentials, mote_clamp(mote_add_wrapping(difference, 32767), -32768, 32767));
        sum += out[i];
    }
    /* sum = (1 + x) * 2^right; x in [0, 1) as the second table wants it. */
    int32_t right = 30;
    while ((sum >> right) == 0) --right;
    const int32_t normal = (int32_t)((((int64_t)sum << (30 - right)) + (1 << 13)) >> 14);
    const int32_t reciprocal = interpolate(p->reciprocals, mote_clamp(normal - 3 * 32768, -32768, 32767));
    for (int32_t i = 0; i < p->depth; ++i) {
        const int32_t q = (out[i] * reciprocal + ((int32_t)1 << (right - 1))) >> right; /* neither factor is negative */
        out[i] = (int16_t)mote_clamp(q, 0, 32767);
    }
}

void mote_softmax_s16(int16_t *out, const int16_t *in, const mote_softmax_s16_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        softmax_row(out, in, p);
        in += p->depth;
        out += p->depth;
    }
}
