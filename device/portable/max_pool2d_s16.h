/* Int16 max pooling; padding is not counted. Activations are [n][h][w][c]. */
#ifndef MOTE_MAX_POOL2D_S16_H
#define MOTE_MAX_POOL2D_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches;
    int32_t in_h, in_w, channels;   /* elements */
    int32_t out_h, out_w;
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t pad_top, pad_left;      /* every window holds at least one element of the input */
    int32_t act_min, act_max;       /* the fused activation, within -32768..32767 */
} mote_max_pool2d_s16_params;

void mote_max_pool2d_s16(int16_t *out, const int16_t *in, const mote_max_pool2d_s16_params *p);

#endif /* MOTE_MAX_POOL2D_S16_H */
