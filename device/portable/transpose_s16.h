/* Int16 transposition. out must not overlap in. */
#ifndef MOTE_TRANSPOSE_S16_H
#define MOTE_TRANSPOSE_S16_H

#include <stdint.h>

typedef struct {
    int32_t rank;                   /* 1..8 */
    int32_t out_shape[8];           /* elements, outermost first; the first `rank` count */
    int32_t in_stride[8];           /* elements of the input per step along each axis of the output */
} mote_transpose_s16_params;

void mote_transpose_s16(int16_t *out, const int16_t *in, const mote_transpose_s16_params *p);

#endif /* MOTE_TRANSPOSE_S16_H */
