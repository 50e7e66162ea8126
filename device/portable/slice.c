/* See slice.h. An odometer over the axes; the address moves with it. */
#include "slice.h"

void mote_slice(void *out, const void *in, const mote_slice_params *p) {
    uint8_t *to = (uint8_t *)out;
    const uint8_t *from = (const uint8_t *)in + p->begin;
    int32_t at[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    for (;;) {
        int32_t i = p->rank;
        int32_t left;
        for (left = 0; left < p->run; ++left) to[left] = from[left];
        to += p->run;
        while (i > 0) { /* on to the next run */
            --i;
            if (++at[i] < p->size[i]) {
                from += p->stride[i];
                break;
            }
            from -= (p->size[i] - 1) * p->stride[i];
            at[i] = 0;
            if (i == 0) return;
        }
        if (p->rank == 0) return;
    }
}
