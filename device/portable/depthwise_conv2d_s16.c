/* Plain C99, one output at a time. Sums are 64 bits wide: filters of more than 500 taps could overflow 32. */
#include "depthwise_conv2d_s16.h"

#include "mote_math.h"
#include "mote_window.h"

static int16_t depthwise_output(const int16_t *in, int32_t o, mote_taps ys, mote_taps xs,
                                const mote_depthwise_conv2d_s16_params *p) {
    const int32_t out_c = p->in_c * p->depth_multiplier;
    const int32_t m = o * p->channel_step;
    int64_t sum = p->bias[o];
    for (int32_t ky = ys.begin; ky < ys.end; ++ky) {
        const int32_t y = ys.start + ky * p->dilation_h;
        for (int32_t kx = xs.begin; kx < xs.end; ++kx) {
            const int32_t x = xs.start + kx * p->dilation_w;
            sum += in[(y * p->in_w + x) * p->in_c] * p->weights[(ky * p->filter_w + kx) * out_c + o];
        }
    }
    return mote_requantize_s16(sum, p->multiplier[m], p->shift[m], p->single, p->act_min, p->act_max);
}

void mote_depthwise_conv2d_s16(int16_t *out, const int16_t *in, const mote_depthwise_conv2d_s16_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t oy = 0; oy < p->out_h; ++oy) {
            const mote_taps ys = mote_clip_window(oy, p->stride_h, p->pad_top, p->dilation_h, p->filter_h, p->in_h);
            for (int32_t ox = 0; ox < p->out_w; ++ox) {
                const mote_taps xs = mote_clip_window(ox, p->stride_w, p->pad_left, p->dilation_w, p->filter_w, p->in_w);
                for (int32_t c = 0; c < p->in_c; ++c)
                    for (int32_t k = 0; k < p->depth_multiplier; ++k)
                        *out++ = depthwise_output(in + c, c * p->depth_multiplier + k, ys, xs, p);
            }
        }
        in += p->in_h * p->in_w * p->in_c;
    }
}
