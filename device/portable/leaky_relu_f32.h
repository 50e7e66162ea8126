/* Float32 leaky ReLU. out may be in. */
#ifndef MOTE_LEAKY_RELU_F32_H
#define MOTE_LEAKY_RELU_F32_H

#include <stdint.h>

typedef struct {
    int32_t count;
    float alpha; /* the slope below 0 */
} mote_leaky_relu_f32_params;

void mote_leaky_relu_f32(float *out, const float *in, const mote_leaky_relu_f32_params *p);

#endif /* MOTE_LEAKY_RELU_F32_H */
