/* Votes of the nearest points to rows of float features, each 1 / neighbours. */
#ifndef MOTE_NEIGHBOUR_VOTES_F32_H
#define MOTE_NEIGHBOUR_VOTES_F32_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, outputs, points, neighbours;
    float vote;
    const float *table; /* [points][features] */
    const uint16_t *labels;
} mote_neighbour_votes_f32_params;

/* scratch: 6 bytes a neighbour. */
void mote_neighbour_votes_f32(float *out, const float *in, void *scratch, const mote_neighbour_votes_f32_params *p);

#endif /* MOTE_NEIGHBOUR_VOTES_F32_H */
