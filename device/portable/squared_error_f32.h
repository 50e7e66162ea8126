/* Mean of (a - b)^2 of each example, in float32. out is none of them. */
#ifndef MOTE_SQUARED_ERROR_F32_H
#define MOTE_SQUARED_ERROR_F32_H

#include <stdint.h>

typedef struct {
    int32_t batches, count;         /* examples, elements of one */
} mote_squared_error_f32_params;

void mote_squared_error_f32(float *out, const float *a, const float *b, const mote_squared_error_f32_params *p);

#endif /* MOTE_SQUARED_ERROR_F32_H */
