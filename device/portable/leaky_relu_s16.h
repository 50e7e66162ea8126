/* Int16 leaky ReLU, bit-exact with TensorFlow Lite Micro; zero points are 0. out may be in. */
#ifndef MOTE_LEAKY_RELU_S16_H
#define MOTE_LEAKY_RELU_S16_H

#include <stdint.h>

typedef struct {
    int32_t count;
    int32_t positive_multiplier, negative_multiplier; /* Q0.31, >= 0: for inputs from 0 on, and below */
    int32_t positive_shift, negative_shift;           /* -31..30, > 0: left */
} mote_leaky_relu_s16_params;

void mote_leaky_relu_s16(int16_t *out, const int16_t *in, const mote_leaky_relu_s16_params *p);

#endif /* MOTE_LEAKY_RELU_S16_H */
