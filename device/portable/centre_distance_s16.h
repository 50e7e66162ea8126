/* Distance of rows of int16_t features from the nearest centre, int16. */
#ifndef MOTE_CENTRE_DISTANCE_S16_H
#define MOTE_CENTRE_DISTANCE_S16_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, centres;
    int32_t multiplier, shift; /* from 2^-8 steps of the input to steps of the output */
    const int16_t *table;       /* [centres][features] */
} mote_centre_distance_s16_params;

void mote_centre_distance_s16(int16_t *out, const int16_t *in, const mote_centre_distance_s16_params *p);

#endif /* MOTE_CENTRE_DISTANCE_S16_H */
