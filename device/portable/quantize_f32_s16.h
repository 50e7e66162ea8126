/* Float32 to int16: round(x / scale), halves away from zero, clamped to int16; not-a-number gives -32768. out may be in. */
#ifndef MOTE_QUANTIZE_F32_S16_H
#define MOTE_QUANTIZE_F32_S16_H

#include <stdint.h>

typedef struct {
    int32_t count;                  /* elements */
    float scale;                    /* > 0 */
} mote_quantize_f32_s16_params;

void mote_quantize_f32_s16(int16_t *out, const float *in, const mote_quantize_f32_s16_params *p);

#endif /* MOTE_QUANTIZE_F32_S16_H */
