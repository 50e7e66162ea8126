/* Int8 fully connected layer, bit-exact with TensorFlow Lite Micro. */
#ifndef MOTE_FULLY_CONNECTED_S8_H
#define MOTE_FULLY_CONNECTED_S8_H

#include <stdint.h>

typedef struct {
    int32_t rows, inputs, outputs;  /* in is [rows][inputs], out [rows][outputs] */
    int32_t out_zero;               /* zero point, -128..127 */
    int32_t act_min, act_max;       /* the fused activation, within -128..127 */
    int32_t channel_step;           /* 1: one multiplier per output; 0: one for all */
    const int8_t *weights;          /* [outputs / 4 rounded up][inputs][4], absent outputs 0 */
    const int32_t *bias;            /* [outputs rounded up to 4], with - (input's zero point) * (sum of weights) added */
    const int32_t *multiplier;      /* Q0.31, >= 0 */
    const int8_t *shift;            /* -31..30, > 0: left */
} mote_fully_connected_s8_params;

void mote_fully_connected_s8(int8_t *out, const int8_t *in, const mote_fully_connected_s8_params *p);

#endif /* MOTE_FULLY_CONNECTED_S8_H */
