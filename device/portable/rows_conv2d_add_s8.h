/* An int8 convolution and the addition of another tensor to it in one call; bit-exact with one after the other. The convolution's
 * output exists in pieces only. Where it stands: portable; src/kernels/rows_add.cpp. */
#ifndef MOTE_ROWS_CONV2D_ADD_S8_H
#define MOTE_ROWS_CONV2D_ADD_S8_H

#include "add_s8.h"
#include "conv2d_s8.h"
#include "mote_rows_add.h"

typedef struct {
    mote_conv2d_s8_params conv;     /* batches 1 */
    mote_add_s8_params sum;         /* a is the convolution's output, b has its shape: {1, 1, 1, elements} */
    mote_rows_pieces pieces;
} mote_rows_conv2d_add_s8_params;

/* out and other are [h][w][out_c] of the convolution; out may begin where other begins, or before. scratch: pieces.bytes. */
void mote_rows_conv2d_add_s8(int8_t *out, const int8_t *other, const int8_t *in, void *scratch,
                             const mote_rows_conv2d_add_s8_params *p);

#endif /* MOTE_ROWS_CONV2D_ADD_S8_H */
