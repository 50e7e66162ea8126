/* Float32 addition; b may be broadcast. out may be a. */
#ifndef MOTE_ADD_F32_H
#define MOTE_ADD_F32_H

#include <stdint.h>

typedef struct {
    int32_t shape[4];               /* of out and a, outermost first; dimensions that b treats alike are merged */
    int32_t b_stride[4];            /* elements of b per step along a dimension; 0: broadcast */
    float act_min, act_max;         /* the fused activation */
} mote_add_f32_params;

void mote_add_f32(float *out, const float *a, const float *b, const mote_add_f32_params *p);

#endif /* MOTE_ADD_F32_H */
