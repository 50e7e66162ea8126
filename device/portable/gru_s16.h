/* Gated recurrent units on int16 gates [batches][steps][3 * units]; out is the state in steps of 2^-15. out may be gates.
 * scratch: 6 * units bytes. */
#ifndef MOTE_GRU_S16_H
#define MOTE_GRU_S16_H

#include "mote_gru.h"

typedef mote_gru_params mote_gru_s16_params;

void mote_gru_s16(int16_t *out, const int16_t *gates, void *scratch, const mote_gru_s16_params *p);

#endif /* MOTE_GRU_S16_H */
