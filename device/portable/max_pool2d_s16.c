/* Plain C99 maximum pooling. Every output is written after all reads of its channel in its window, in order, which is what the
 * compiler's overlap rule (src/kernels/window_overlap.h) relies on. */
#include "max_pool2d_s16.h"

#include "mote_math.h"
#include "mote_window.h"

static int16_t largest_of_window(const int16_t *in, mote_taps ys, mote_taps xs, const mote_max_pool2d_s16_params *p) {
    int32_t largest = -32768;
    for (int32_t y = ys.start + ys.begin; y < ys.start + ys.end; ++y) {
        for (int32_t x = xs.start + xs.begin; x < xs.start + xs.end; ++x) {
            const int32_t v = in[(y * p->in_w + x) * p->channels];
            if (v > largest) largest = v;
        }
    }
    return (int16_t)mote_clamp(largest, p->act_min, p->act_max);
}

void mote_max_pool2d_s16(int16_t *out, const int16_t *in, const mote_max_pool2d_s16_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t oy = 0; oy < p->out_h; ++oy) {
            const mote_taps ys = mote_clip_window(oy, p->stride_h, p->pad_top, 1, p->filter_h, p->in_h);
            for (int32_t ox = 0; ox < p->out_w; ++ox) {
                const mote_taps xs = mote_clip_window(ox, p->stride_w, p->pad_left, 1, p->filter_w, p->in_w);
                for (int32_t c = 0; c < p->channels; ++c) *out++ = largest_of_window(in + c, ys, xs, p);
            }
        }
        in += p->in_h * p->in_w * p->channels;
    }
}
