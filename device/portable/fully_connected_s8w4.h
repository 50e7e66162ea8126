/* Int8 fully connected layer with weights of four bits, bit-exact with TensorFlow Lite Micro. */
#ifndef MOTE_FULLY_CONNECTED_S8W4_H
#define MOTE_FULLY_CONNECTED_S8W4_H

#include <stdint.h>

typedef struct {
    int32_t rows, inputs, outputs;  /* in is [rows][inputs], out [rows][outputs] */
    int32_t out_zero;               /* zero point, -128..127 */
    int32_t act_min, act_max;       /* the fused activation, within -128..127 */
    int32_t channel_step;           /* 1: one multiplier per output; 0: one for all */
    const uint8_t *weights;         /* [outputs / 4 rounded up][inputs][2], as mote_dot4.h has them */
    const int32_t *bias;            /* [outputs rounded up to 4], with - (input's zero point) * (sum of weights) added */
    const int32_t *multiplier;      /* Q0.31, >= 0 */
    const int8_t *shift;            /* -31..30, > 0: left */
} mote_fully_connected_s8w4_params;

void mote_fully_connected_s8w4(int8_t *out, const int8_t *in, const mote_fully_connected_s8w4_params *p);

#endif /* MOTE_FULLY_CONNECTED_S8W4_H */
