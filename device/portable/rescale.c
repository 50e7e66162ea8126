/* Plain C99. One function for each pair of types; the linker keeps those that are called. */
#include "rescale.h"

#include "mote_math.h"

static inline int32_t rescale_one(int32_t q, const mote_rescale_params *p) {
    const int32_t scaled = mote_scale(mote_add_wrapping(q, -p->in_zero), p->multiplier, p->shift);
    return mote_clamp(mote_add_wrapping(scaled, p->out_zero), p->min, p->max);
}

void mote_rescale_s16(int16_t *out, const int16_t *in, const mote_rescale_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = (int16_t)rescale_one(in[i], p);
}

void mote_rescale_s8_s16(int16_t *out, const int8_t *in, const mote_rescale_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = (int16_t)rescale_one(in[i], p);
}

void mote_rescale_s16_s8(int8_t *out, const int16_t *in, const mote_rescale_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = (int8_t)rescale_one(in[i], p);
}

void mote_rescale_s32_s16(int16_t *out, const int32_t *in, const mote_rescale_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = (int16_t)rescale_one(in[i], p);
}

void mote_rescale_s32_s8(int8_t *out, const int32_t *in, const mote_rescale_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = (int8_t)rescale_one(in[i], p);
}
