/* What the Winograd convolutions share: their parameters, patches with padding, and one small matrix product for every
 * component. Where it stands: cortex_m4; winograd_4x4_s8 and winograd_2x2_s8 transform tiles before it and sums after
 * it. */
#ifndef MOTE_WINOGRAD_H
#define MOTE_WINOGRAD_H

#include <stdint.h>

typedef struct {
  const int16_t* weights;  /* transformed; channel pairs are (0,2), (1,3), (4,6), (5,7), ... */
  const int32_t* channels; /* three words an output channel: bias (256 times), multiplier, negative (rescale_m4.h) */
  int32_t round;           /* (zero point of the output << fraction) + 2^(fraction - 1) */
  int32_t in_h, in_w, in_c, out_h, out_w, out_c; /* weights and channels are padded: in_c to 8, out_c to 4 */
  int32_t pad_top, pad_left;
  int32_t zero_point;       /* of the input */
  int32_t act_min, act_max; /* -128, 127: nothing beyond saturation */
} mote_winograd_s8_params;

/* sums[k][o][t] = sum over channels of weights[k][channel][o] * values[k][channel][t], modulo 2^32, for 4 outputs o and
 * 2 tiles t. values: [components][channels / 2][2 tiles] and weights: [components][channels / 2][4 outputs] words, each
 * two channels as int16. channels: a multiple of 8. */
void mote_winograd_products(uint32_t* sums, const uint32_t* values, const uint32_t* weights, int32_t components,
                            int32_t channels);

/* Strides in bytes: of a patch, and from one component of a pair of channels to the next. */
typedef struct {
  int32_t row, step;
  int32_t component;
} mote_winograd_in;
typedef struct {
  int32_t step, row;
  int32_t round;
} mote_winograd_out;

/* Four channels of a patch of two tiles side by side to the values of two pairs of channels. */
typedef void mote_winograd_transform(uint32_t* values, const int8_t* patch, const mote_winograd_in* s);
/* Sums of four output channels of both tiles to outputs. channels: three words each. */
typedef void mote_winograd_inverse(const uint32_t* sums, int8_t* out, const int32_t* channels,
                                   const mote_winograd_out* s);

/* A whole layer with tiles of tile x tile outputs. Input and output are HWC. scratch, with c = in_c rounded up to a
 * multiple of 8: 4 * components * c bytes and the greater of (tile + 2) * (2 * tile + 2) * in_c + 8 and
 * 32 * components + 8 * tile * tile more. */
void mote_winograd_run(int8_t* output, const int8_t* input, void* scratch, const mote_winograd_s8_params* p,
                       int32_t components, int32_t tile, mote_winograd_transform* transform,
                       mote_winograd_inverse* inverse);

#endif /* MOTE_WINOGRAD_H */
