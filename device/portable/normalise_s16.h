/* int16 x minus its mean over groups, optionally divided by the deviation. out may be in. */
#ifndef MOTE_NORMALISE_S16_H
#define MOTE_NORMALISE_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches, count, inner;  /* batches blocks of count rows of inner values; a group is one value of each row; count <= 16384 */
    int32_t deviation;              /* 0, 1 */
    int32_t multiplier, shift;      /* of x * count - sum; with deviation 1 / scale of the output */
    int32_t epsilon, epsilon_shift; /* added to count^2 times the variance: epsilon * 2^epsilon_shift */
} mote_normalise_s16_params;

void mote_normalise_s16(int16_t *out, const int16_t *in, const mote_normalise_s16_params *p);

#endif /* MOTE_NORMALISE_S16_H */
