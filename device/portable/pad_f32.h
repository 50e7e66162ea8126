/* Float32 padding of every axis with one value. */
#ifndef MOTE_PAD_F32_H
#define MOTE_PAD_F32_H

#include <stdint.h>

typedef struct {
    int32_t rank;                   /* 1..8 */
    int32_t in_shape[8];            /* elements, outermost first; the first `rank` count */
    int32_t before[8], after[8];    /* elements added along each axis */
    float value;
} mote_pad_f32_params;

void mote_pad_f32(float *out, const float *in, const mote_pad_f32_params *p);

#endif /* MOTE_PAD_F32_H */
