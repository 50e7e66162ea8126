/* Plain C99 statistics of windows: exact sums, an integer root. */
#include "sliding_stats_s16.h"

#include "mote_math.h"

static int64_t root_of(uint64_t v) {
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= v) root += bit;
    return (int64_t)root;
}

static int8_t step(int32_t value, const mote_sliding_stats_s16_params *p) {
    return mote_requantize(value, p->multiplier, p->shift, p->out_zero, -128, 127);
}

static void window(int8_t *out, const int16_t *x, const mote_sliding_stats_s16_params *p) {
    int32_t sum = 0, smallest = 32767, largest = -32768;
    int64_t squares = 0;
    for (int32_t i = 0; i < p->window; ++i) {
        const int32_t v = x[i];
        sum += v;
        squares += v * v;
        if (v < smallest) smallest = v;
        if (v > largest) largest = v;
    }
    const int64_t root = root_of((uint64_t)(p->window * squares - (int64_t)sum * sum));
    out[0] = step((int32_t)((int64_t)sum * 256 / p->window), p);
    out[1] = step((int32_t)(root * 256 / p->window), p);
    out[2] = step(smallest * 256, p);
    out[3] = step(largest * 256, p);
}

void mote_sliding_stats_s16(int8_t *out, const int16_t *in, const mote_sliding_stats_s16_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t f = 0; f < p->frames; ++f) {
            window(out, in + f * p->stride, p);
            out += 4;
        }
        in += p->samples;
    }
}
