/* Float32 softmax along rows. out may be in. */
#ifndef MOTE_SOFTMAX_F32_H
#define MOTE_SOFTMAX_F32_H

#include <stdint.h>

typedef struct {
    int32_t rows, depth;
    float beta;
} mote_softmax_f32_params;

void mote_softmax_f32(float *out, const float *in, const mote_softmax_f32_params *p);

#endif /* MOTE_SOFTMAX_F32_H */
