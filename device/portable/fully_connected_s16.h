/* Fully connected layer of int16 activations and int8 weights (16x8), bit-exact with TensorFlow Lite Micro. */
#ifndef MOTE_FULLY_CONNECTED_S16_H
#define MOTE_FULLY_CONNECTED_S16_H

#include <stdint.h>

typedef struct {
    int32_t rows, inputs, outputs;  /* in is [rows][inputs], out [rows][outputs] */
    int32_t act_min, act_max;       /* the fused activation, within -32768..32767 */
    int32_t channel_step;           /* 1: one multiplier per output; 0: one for all */
    const int8_t *weights;          /* [outputs / 4 rounded up][inputs][4], absent outputs 0 */
    const int64_t *bias;            /* [outputs rounded up to 4] */
    int32_t single;                 /* the rounding, as multiplier and shift: mote_requantize_s16 of mote_math.h */
    const int32_t *multiplier;
    const int8_t *shift;
} mote_fully_connected_s16_params;

void mote_fully_connected_s16(int16_t *out, const int16_t *in, const mote_fully_connected_s16_params *p);

#endif /* MOTE_FULLY_CONNECTED_S16_H */
