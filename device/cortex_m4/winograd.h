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

/* Where a patch of the padded input lies: its first pixel, bytes from pixel to pixel and from row to row. */
typedef struct {
  const int8_t* from;
  int32_t step, row;
} mote_winograd_patch;

/* The patch of rows x columns pixels at (y, x) of the input, which may begin and end outside: then it is copied to
 * `buffer` (rows * columns * in_c + 8 bytes) with the zero point around it. Channels may be read in eights. */
mote_winograd_patch mote_winograd_find_patch(const int8_t* input, int8_t* buffer, const mote_winograd_s8_params* p,
                                             int32_t y, int32_t x, int32_t rows, int32_t columns);

/* rows x columns pixels, four bytes a pixel, `columns_there` pixels a row, into `channels` channels of the output. */
void mote_winograd_store(int8_t* out, const int8_t* from, const mote_winograd_s8_params* p, int32_t rows,
                         int32_t columns, int32_t columns_there, int32_t channels);

/* Clamps the whole output, where the activation's range is less than int8's. */
void mote_winograd_clamp(int8_t* output, const mote_winograd_s8_params* p);

#endif /* MOTE_WINOGRAD_H */
