/* Int16 to float32: scale * q. */
#ifndef MOTE_DEQUANTIZE_S16_F32_H
#define MOTE_DEQUANTIZE_S16_F32_H

#include <stdint.h>

typedef struct {
    int32_t count;                  /* elements */
    float scale;                    /* > 0 */
} mote_dequantize_s16_f32_params;

void mote_dequantize_s16_f32(float *out, const int16_t *in, const mote_dequantize_s16_f32_params *p);

#endif /* MOTE_DEQUANTIZE_S16_F32_H */
