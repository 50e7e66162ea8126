/* Copies bytes: a reshape whose input must stay where it is. */
#ifndef MOTE_COPY_H
#define MOTE_COPY_H

#include <stdint.h>

typedef struct {
    int32_t bytes;
} mote_copy_params;

void mote_copy(void *out, const void *in, const mote_copy_params *p);

#endif /* MOTE_COPY_H */
