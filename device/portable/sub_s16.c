/* Plain C99 subtraction: both operands to a common scale with 15 extra bits, then to the output's. */
#include "sub_s16.h"

#include "mote_math.h"

static int32_t operand(int16_t q, int32_t multiplier, int32_t shift) {
    return mote_rounding_shift_right(mote_high_mul(q * ((int32_t)1 << 15), multiplier), shift);
}

static int16_t sub_one(int16_t a, int16_t b, const mote_sub_s16_params *p) {
    const int32_t difference = operand(a, p->a_multiplier, p->a_shift) - operand(b, p->b_multiplier, p->b_shift);
    const int32_t scaled = mote_rounding_shift_right(mote_high_mul(difference, p->out_multiplier), p->out_shift);
    return (int16_t)mote_clamp(scaled, p->act_min, p->act_max);
}

void mote_sub_s16(int16_t *out, const int16_t *a, const int16_t *b, const mote_sub_s16_params *p) {
    for (int32_t i = 0; i < p->shape[0]; ++i) {
        for (int32_t j = 0; j < p->shape[1]; ++j) {
            for (int32_t k = 0; k < p->shape[2]; ++k) {
                const int16_t *row = b + i * p->b_stride[0] + j * p->b_stride[1] + k * p->b_stride[2];
                for (int32_t l = 0; l < p->shape[3]; ++l) *out++ = sub_one(*a++, row[l * p->b_stride[3]], p);
            }
        }
    }
}
