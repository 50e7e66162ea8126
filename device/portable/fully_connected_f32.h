/* Float32 fully connected layer; sums run in the order of the inputs, then the bias. */
#ifndef MOTE_FULLY_CONNECTED_F32_H
#define MOTE_FULLY_CONNECTED_F32_H

#include <stdint.h>

typedef struct {
    int32_t rows, inputs, outputs;  /* in is [rows][inputs], out [rows][outputs] */
    float act_min, act_max;         /* the fused activation */
    const float *weights;           /* [outputs / 4 rounded up][inputs][4], absent outputs 0 */
    const float *bias;              /* [outputs rounded up to 4] */
} mote_fully_connected_f32_params;

void mote_fully_connected_f32(float *out, const float *in, const mote_fully_connected_f32_params *p);

#endif /* MOTE_FULLY_CONNECTED_F32_H */
