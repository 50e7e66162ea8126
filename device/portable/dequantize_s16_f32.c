/* Plain C99, first element first: the output may begin 2 * count bytes or more before the input. */
#include "dequantize_s16_f32.h"

void mote_dequantize_s16_f32(float *out, const int16_t *in, const mote_dequantize_s16_f32_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = p->scale * (float)in[i];
}
