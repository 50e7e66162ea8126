/* Float32 to int8: round(x / scale) + zero, halves away from zero, clamped to int8; not-a-number gives -128. out may be in. */
#ifndef MOTE_QUANTIZE_F32_S8_H
#define MOTE_QUANTIZE_F32_S8_H

#include <stdint.h>

typedef struct {
    int32_t count;                  /* elements */
    float scale;                    /* > 0 */
    int32_t zero;                   /* zero point, -128..127 */
} mote_quantize_f32_s8_params;

void mote_quantize_f32_s8(int8_t *out, const float *in, const mote_quantize_f32_s8_params *p);

#endif /* MOTE_QUANTIZE_F32_S8_H */
