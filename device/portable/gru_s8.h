/* Gated recurrent units on int8 gates [batches][steps][3 * units]; out is the state in steps of 1/128. out may be gates.
 * scratch: 6 * units bytes. */
#ifndef MOTE_GRU_S8_H
#define MOTE_GRU_S8_H

#include "mote_gru.h"

typedef mote_gru_params mote_gru_s8_params;

void mote_gru_s8(int8_t *out, const int8_t *gates, void *scratch, const mote_gru_s8_params *p);

#endif /* MOTE_GRU_S8_H */
