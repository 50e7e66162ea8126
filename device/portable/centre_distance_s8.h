/* Distance of rows of int8_t features from the nearest centre, int16. */
#ifndef MOTE_CENTRE_DISTANCE_S8_H
#define MOTE_CENTRE_DISTANCE_S8_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, centres;
    int32_t multiplier, shift; /* from 2^-8 steps of the input to steps of the output */
    const int8_t *table;       /* [centres][features] */
} mote_centre_distance_s8_params;

void mote_centre_distance_s8(int16_t *out, const int8_t *in, const mote_centre_distance_s8_params *p);

#endif /* MOTE_CENTRE_DISTANCE_S8_H */
