/* 1x1 convolution of int16 activations with int8 weights (16x8), stride 1, no padding, for Arm cores with the DSP extension;
 * bit-exact with TensorFlow Lite Micro. */
#ifndef MOTE_POINTWISE_S16_PAIRS_H
#define MOTE_POINTWISE_S16_PAIRS_H

#include "mote_m4_pairs16.h"

typedef struct {
  int32_t pixels; /* all of the batch */
  int32_t in_c;
  mote_m4_layer16 layer; /* inputs: in_c rounded up to a multiple of 4 */
} mote_pointwise_s16_pairs_params;

/* out [pixels][outputs], in [pixels][in_c]. scratch: 4 * layer.inputs bytes, aligned to 4 (twice that if in_c is no multiple
 * of 4). Two pixels are read before their outputs are written: out may lie on the inputs that are read already.
 * Variant: outputs that relu bounds. */
typedef void mote_pointwise_s16_pairs_kernel(int16_t* out, const int16_t* in, void* scratch,
                                          const mote_pointwise_s16_pairs_params* p);
mote_pointwise_s16_pairs_kernel mote_pointwise_s16_pairs, mote_pointwise_s16_pairs_relu;

#endif /* MOTE_POINTWISE_S16_PAIRS_H */
