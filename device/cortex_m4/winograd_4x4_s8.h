/* 3x3 convolution, stride 1, int8, by Winograd's minimal filtering F(4x4, 3x3) in integers, exact: 2.25 products an
 * output and input channel instead of 9, for 72 bytes of flash per 3x3 filter and input channel instead of 9. Where it
 * stands: cortex_m4; src/kernels/winograd_m4.cpp transforms the weights. Source of the transforms: Lavin and Gray,
 * "Fast Algorithms for Convolutional Neural Networks" (2015), with rows scaled to integers; see the .c file. */
#ifndef MOTE_WINOGRAD_4X4_S8_H
#define MOTE_WINOGRAD_4X4_S8_H

#include "winograd.h"

/* weights: [out_c / 4 rounded up][36][c / 2][4][2], c being in_c rounded up to a multiple of 8; scratch: see
 * mote_winograd_run. `plain`: results below the zero point are clamped away; the number is the fraction. */
void mote_winograd_4x4_s8_plain_9(int8_t* output, const int8_t* input, void* scratch, const mote_winograd_s8_params* p);
void mote_winograd_4x4_s8_plain_11(int8_t* output, const int8_t* input, void* scratch,
                                   const mote_winograd_s8_params* p);
void mote_winograd_4x4_s8_signed_9(int8_t* output, const int8_t* input, void* scratch,
                                   const mote_winograd_s8_params* p);
void mote_winograd_4x4_s8_signed_11(int8_t* output, const int8_t* input, void* scratch,
                                    const mote_winograd_s8_params* p);

#endif /* MOTE_WINOGRAD_4X4_S8_H */
