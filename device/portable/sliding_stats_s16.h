/* Mean, deviation, smallest and largest of windows of int16 samples, to int8. */
#ifndef MOTE_SLIDING_STATS_S16_H
#define MOTE_SLIDING_STATS_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches, samples, window, stride, frames; /* window <= 4096 */
    int32_t multiplier, shift;      /* from steps of the signal with 8 bits behind the point to steps of the output */
    int32_t out_zero;
} mote_sliding_stats_s16_params;

void mote_sliding_stats_s16(int8_t *out, const int16_t *in, const mote_sliding_stats_s16_params *p);

#endif /* MOTE_SLIDING_STATS_S16_H */
