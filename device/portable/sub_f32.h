/* Float32 subtraction; b may be broadcast. out may be a. */
#ifndef MOTE_SUB_F32_H
#define MOTE_SUB_F32_H

#include "add_f32.h"

typedef mote_add_f32_params mote_sub_f32_params;

void mote_sub_f32(float *out, const float *a, const float *b, const mote_sub_f32_params *p);

#endif /* MOTE_SUB_F32_H */
