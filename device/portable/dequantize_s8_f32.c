/* Plain C99, first element first: the output may begin 3 * count bytes or more before the input. */
#include "dequantize_s8_f32.h"

void mote_dequantize_s8_f32(float *out, const int8_t *in, const mote_dequantize_s8_f32_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = p->scale * (float)(in[i] - p->zero);
}
