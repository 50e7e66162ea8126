/* Float32 clamp: relu and relu6 as layers of their own. out may be in. */
#ifndef MOTE_CLAMP_F32_H
#define MOTE_CLAMP_F32_H

#include <stdint.h>

typedef struct {
    int32_t count;                  /* elements */
    float act_min, act_max;
} mote_clamp_f32_params;

void mote_clamp_f32(float *out, const float *in, const mote_clamp_f32_params *p);

#endif /* MOTE_CLAMP_F32_H */
