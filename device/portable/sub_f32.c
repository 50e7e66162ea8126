/* Plain C99 subtraction in float32. */
#include "sub_f32.h"

#include "mote_math.h"

void mote_sub_f32(float *out, const float *a, const float *b, const mote_sub_f32_params *p) {
    for (int32_t i = 0; i < p->shape[0]; ++i) {
        for (int32_t j = 0; j < p->shape[1]; ++j) {
            for (int32_t k = 0; k < p->shape[2]; ++k) {
                const float *row = b + i * p->b_stride[0] + j * p->b_stride[1] + k * p->b_stride[2];
                for (int32_t l = 0; l < p->shape[3]; ++l)
                    *out++ = mote_clamp_real(*a++ - row[l * p->b_stride[3]], p->act_min, p->act_max);
            }
        }
    }
}
