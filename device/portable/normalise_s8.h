/* x minus its mean over groups, optionally divided by the deviation. out may be in. */
#ifndef MOTE_NORMALISE_S8_H
#define MOTE_NORMALISE_S8_H

#include <stdint.h>

typedef struct {
    int32_t batches, count, inner;  /* batches blocks of count rows of inner values; a group is one value of each row; count <= 65536 */
    int32_t deviation;              /* 0, 1 */
    int32_t multiplier, shift;      /* of x * count - sum; with deviation 1 / scale of the output */
    int32_t epsilon, epsilon_shift; /* added to count^2 times the variance: epsilon * 2^epsilon_shift */
    int32_t out_zero;
} mote_normalise_s8_params;

void mote_normalise_s8(int8_t *out, const int8_t *in, const mote_normalise_s8_params *p);

#endif /* MOTE_NORMALISE_S8_H */
