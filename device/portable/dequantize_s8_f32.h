/* Int8 to float32: scale * (q - zero). */
#ifndef MOTE_DEQUANTIZE_S8_F32_H
#define MOTE_DEQUANTIZE_S8_F32_H

#include <stdint.h>

typedef struct {
    int32_t count;                  /* elements */
    float scale;                    /* > 0 */
    int32_t zero;                   /* zero point, -128..127 */
} mote_dequantize_s8_f32_params;

void mote_dequantize_s8_f32(float *out, const int8_t *in, const mote_dequantize_s8_f32_params *p);

#endif /* MOTE_DEQUANTIZE_S8_F32_H */
