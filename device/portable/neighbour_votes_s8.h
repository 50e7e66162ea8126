/* Votes of the nearest points to rows of int8_t features, int16. */
#ifndef MOTE_NEIGHBOUR_VOTES_S8_H
#define MOTE_NEIGHBOUR_VOTES_S8_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, outputs, points, neighbours;
    const int8_t *table;         /* [points][features] */
    const uint16_t *labels;
} mote_neighbour_votes_s8_params;

/* scratch: 6 bytes a neighbour. */
void mote_neighbour_votes_s8(int16_t *out, const int8_t *in, void *scratch, const mote_neighbour_votes_s8_params *p);

#endif /* MOTE_NEIGHBOUR_VOTES_S8_H */
