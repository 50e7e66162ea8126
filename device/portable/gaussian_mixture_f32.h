/* Negative log-likelihood of rows of float features under a mixture of Gaussians. */
#ifndef MOTE_GAUSSIAN_MIXTURE_F32_H
#define MOTE_GAUSSIAN_MIXTURE_F32_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, components;
    int32_t full;           /* 1: whitening matrices are lower triangles, row by row; 0: diagonals */
    const float *means;     /* [components][features] */
    const float *whitening;
    const float *offsets;   /* [components] */
} mote_gaussian_mixture_f32_params;

void mote_gaussian_mixture_f32(float *out, const float *in, const mote_gaussian_mixture_f32_params *p);

#endif /* MOTE_GAUSSIAN_MIXTURE_F32_H */
