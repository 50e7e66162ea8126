/* Gated recurrent units in float32: gates [batches][steps][3 * units]. out may be gates. scratch: 12 * units bytes. */
#ifndef MOTE_GRU_F32_H
#define MOTE_GRU_F32_H

#include <stdint.h>

typedef struct {
    int32_t batches, steps, units;
    int32_t sequence;               /* 1: every state is given, 0: the last of each batch */
    const float *weights;           /* [3 * units][units]: rows of reset, update, candidate */
} mote_gru_f32_params;

void mote_gru_f32(float *out, const float *gates, void *scratch, const mote_gru_f32_params *p);

#endif /* MOTE_GRU_F32_H */
