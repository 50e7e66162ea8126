/* See rows_conv2d_add_s8.h. */
#include "rows_conv2d_add_s8.h"

static void convolve(int8_t *out, const int8_t *in, void *scratch, const mote_conv2d_s8_params *p) {
    (void)scratch;
    mote_conv2d_s8(out, in, p);
}

void mote_rows_conv2d_add_s8(int8_t *out, const int8_t *other, const int8_t *in, void *scratch,
                             const mote_rows_conv2d_add_s8_params *p)
    MOTE_ROWS_ADD(mote_conv2d_s8_params, convolve, mote_add_s8_params, mote_add_s8, shape[3])
