/* Negative log-likelihood of rows of int16_t features under a mixture of Gaussians, int16. */
#ifndef MOTE_GAUSSIAN_MIXTURE_S16_H
#define MOTE_GAUSSIAN_MIXTURE_S16_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, components;
    int32_t full;               /* 1: whitening matrices are lower triangles, row by row; 0: diagonals */
    int32_t multiplier, shift;  /* from 2^-16 to steps of the output */
    const int16_t *centre;      /* [components][features]: means in steps of the input */
    const int16_t *weights;     /* whitening, scaled row by row */
    const int32_t *rest;        /* [components][features]: what rounding the means left */
    const int16_t *shifts;      /* [components][features]: brings a row's sum to 2^-10 */
    const int32_t *offset;      /* [components], 2^-16 */
    const uint16_t *softplus;   /* log(1 + exp(-i / 8)), i = 0..96, 2^-16 */
} mote_gaussian_mixture_s16_params;

void mote_gaussian_mixture_s16(int16_t *out, const int16_t *in, const mote_gaussian_mixture_s16_params *p);

#endif /* MOTE_GAUSSIAN_MIXTURE_S16_H */
