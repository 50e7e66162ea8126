/* Votes of the nearest points to rows of int16_t features, int16. */
#ifndef MOTE_NEIGHBOUR_VOTES_S16_H
#define MOTE_NEIGHBOUR_VOTES_S16_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, outputs, points, neighbours;
    const int16_t *table;         /* [points][features] */
    const uint16_t *labels;
} mote_neighbour_votes_s16_params;

/* scratch: 10 bytes a neighbour, and 4 to align them. */
void mote_neighbour_votes_s16(int16_t *out, const int16_t *in, void *scratch, const mote_neighbour_votes_s16_params *p);

#endif /* MOTE_NEIGHBOUR_VOTES_S16_H */
