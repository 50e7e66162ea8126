/* Distance of rows of float features from the nearest centre. */
#ifndef MOTE_CENTRE_DISTANCE_F32_H
#define MOTE_CENTRE_DISTANCE_F32_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, centres;
    const float *table; /* [centres][features] */
} mote_centre_distance_f32_params;

void mote_centre_distance_f32(float *out, const float *in, const mote_centre_distance_f32_params *p);

#endif /* MOTE_CENTRE_DISTANCE_F32_H */
