/* Plain C99 average pooling: the mean rounded half away from zero. Every output is written after all reads of its channel in its
 * window, in order, which is what the compiler's overlap rule (src/kernels/window_overlap.h) relies on. */
#include "average_pool2d_s16.h"

#include "mote_math.h"
#include "mote_window.h"

static int16_t mean_of_window(const int16_t *in, mote_taps ys, mote_taps xs, const mote_average_pool2d_s16_params *p) {
    const int32_t count = (ys.end - ys.begin) * (xs.end - xs.begin);
    int32_t sum = 0;
    for (int32_t y = ys.start + ys.begin; y < ys.start + ys.end; ++y)
        for (int32_t x = xs.start + xs.begin; x < xs.start + xs.end; ++x) sum += in[(y * p->in_w + x) * p->channels];
    sum = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
    return (int16_t)mote_clamp(sum, p->act_min, p->act_max);
}

void mote_average_pool2d_s16(int16_t *out, const int16_t *in, const mote_average_pool2d_s16_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t oy = 0; oy < p->out_h; ++oy) {
            const mote_taps ys = mote_clip_window(oy, p->stride_h, p->pad_top, 1, p->filter_h, p->in_h);
            for (int32_t ox = 0; ox < p->out_w; ++ox) {
                const mote_taps xs = mote_clip_window(ox, p->stride_w, p->pad_left, 1, p->filter_w, p->in_w);
                for (int32_t c = 0; c < p->channels; ++c) *out++ = mean_of_window(in + c, ys, xs, p);
            }
        }
        in += p->in_h * p->in_w * p->channels;
    }
}
