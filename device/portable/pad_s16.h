/* Int16 padding of every axis with one value. */
#ifndef MOTE_PAD_S16_H
#define MOTE_PAD_S16_H

#include <stdint.h>

typedef struct {
    int32_t rank;                   /* 1..8 */
    int32_t in_shape[8];            /* elements, outermost first; the first `rank` count */
    int32_t before[8], after[8];    /* elements added along each axis */
    int32_t value;                  /* 0: the zero point */
} mote_pad_s16_params;

void mote_pad_s16(int16_t *out, const int16_t *in, const mote_pad_s16_params *p);

#endif /* MOTE_PAD_S16_H */
