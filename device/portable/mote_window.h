/* Clipping of a sliding window at the input's border, one axis at a time. Shared by convolutions and pooling. */
#ifndef MOTE_WINDOW_H
#define MOTE_WINDOW_H

#include <stdint.h>

/* The taps begin <= t < end of a window that fall inside the input, where tap t stands at start + t * dilation. */
typedef struct {
    int32_t start, begin, end;
} mote_taps;

/* `out` is the output position; sizes as in the kernels' parameters. An empty range has begin = end = 0. */
static inline mote_taps mote_clip_window(int32_t out, int32_t stride, int32_t pad, int32_t dilation, int32_t taps, int32_t in) {
    mote_taps t;
    t.start = out * stride - pad;
    t.begin = t.start < 0 ? (dilation - 1 - t.start) / dilation : 0;
    t.end = t.start < in ? (in - t.start + dilation - 1) / dilation : 0;
    if (t.end > taps) t.end = taps;
    if (t.begin >= t.end) t.begin = t.end = 0;
    return t;
}

#endif /* MOTE_WINDOW_H */
