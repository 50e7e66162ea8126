/* Int8 softmax along rows, bit-exact with TensorFlow Lite Micro: output scale 1/256, zero point -128. out may be in. */
#ifndef MOTE_SOFTMAX_S8_H
#define MOTE_SOFTMAX_S8_H

#include <stdint.h>

typedef struct {
    int32_t rows, depth;            /* 1 <= depth <= 4095 */
    int32_t table_size;             /* 1..256 */
    const int32_t *table;           /* exp(-d * scale * beta) as Q0.31 for d < table_size; beyond it the exponential counts as 0 */
} mote_softmax_s8_params;

void mote_softmax_s8(int8_t *out, const int8_t *in, const mote_softmax_s8_params *p);

#endif /* MOTE_SOFTMAX_S8_H */
