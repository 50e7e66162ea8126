/* Int16 softmax along rows, bit-exact with TensorFlow Lite Micro: output scale 1/32768, zero point 0. out may be in. */
#ifndef MOTE_SOFTMAX_S16_H
#define MOTE_SOFTMAX_S16_H

#include <stdint.h>

typedef struct {
    int32_t rows, depth;            /* 1 <= depth <= 65535 */
    int32_t multiplier, shift;      /* from differences to the first table's inputs: Q0.31; shift <= 14, > 0: left */
    const int16_t *exponentials;    /* [513]: exp on [-10, 0] as Q0.15 */
    const int16_t *reciprocals;     /* [513]: 1 / (1 + x) on [0, 1] as Q0.15 */
} mote_softmax_s16_params;

void mote_softmax_s16(int16_t *out, const int16_t *in, const mote_softmax_s16_params *p);

#endif /* MOTE_SOFTMAX_S16_H */
