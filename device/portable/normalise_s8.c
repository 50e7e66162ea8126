/* Plain C99 normalise: a group is read twice, then overwritten. */
#include "normalise_s8.h"

#include "mote_math.h"
#include "mote_root.h"

static void group(int8_t *out, const int8_t *in, const mote_normalise_s8_params *p) {
    int32_t sum = 0, squares = 0, multiplier = p->multiplier, shift = p->shift;
    const int32_t end = p->count * p->inner;
    for (int32_t i = 0; i < end; i += p->inner) {
        sum += in[i];
        squares += in[i] * in[i];
    }
    if (p->deviation != 0) {
        const int64_t epsilon = (int64_t)((uint64_t)(uint32_t)p->epsilon << p->epsilon_shift);
        mote_divide_by_root(&multiplier, &shift, mote_root_of((uint64_t)((int64_t)p->count * squares - (int64_t)sum * sum + epsilon)));
    }
    for (int32_t i = 0; i < end; i += p->inner)
        out[i] = mote_requantize(in[i] * p->count - sum, multiplier, shift, p->out_zero, -128, 127);
}

void mote_normalise_s8(int8_t *out, const int8_t *in, const mote_normalise_s8_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t g = 0; g < p->inner; ++g) group(out + g, in + g, p);
        in += p->count * p->inner;
        out += p->count * p->inner;
    }
}
