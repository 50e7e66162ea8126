/* Any function of one int8 by table: relu, relu6, change of quantisation. out may be in. */
#ifndef MOTE_LOOKUP_S8_H
#define MOTE_LOOKUP_S8_H

#include <stdint.h>

typedef struct {
    int32_t count;                  /* elements */
    const int8_t *table;            /* [256]: the output for input q is table[q + 128] */
} mote_lookup_s8_params;

void mote_lookup_s8(int8_t *out, const int8_t *in, const mote_lookup_s8_params *p);

#endif /* MOTE_LOOKUP_S8_H */
