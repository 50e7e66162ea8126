/* Plain C99 subtraction: both operands to a common scale with 20 extra bits, then to the output's. */
#include "sub_s8.h"

#include "mote_math.h"

static int32_t operand(int8_t q, int32_t zero, int32_t multiplier, int32_t shift) {
    return mote_rounding_shift_right(mote_high_mul((q - zero) * ((int32_t)1 << 20), multiplier), shift);
}

static int8_t sub_one(int8_t a, int8_t b, const mote_sub_s8_params *p) {
    const int32_t difference = operand(a, p->a_zero, p->a_multiplier, p->a_shift) - operand(b, p->b_zero, p->b_multiplier, p->b_shift);
    const int32_t scaled = mote_rounding_shift_right(mote_high_mul(difference, p->out_multiplier), p->out_shift);
    return (int8_t)mote_clamp(scaled + p->out_zero, p->act_min, p->act_max);
}

void mote_sub_s8(int8_t *out, const int8_t *a, const int8_t *b, const mote_sub_s8_params *p) {
    for (int32_t i = 0; i < p->shape[0]; ++i) {
        for (int32_t j = 0; j < p->shape[1]; ++j) {
            for (int32_t k = 0; k < p->shape[2]; ++k) {
                const int8_t *row = b + i * p->b_stride[0] + j * p->b_stride[1] + k * p->b_stride[2];
                for (int32_t l = 0; l < p->shape[3]; ++l) *out++ = sub_one(*a++, row[l * p->b_stride[3]], p);
            }
        }
    }
}
