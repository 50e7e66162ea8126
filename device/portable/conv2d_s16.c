/* Plain C99 convolution: four output channels at a time. Both zero points are 0, so padding adds nothing. */
#include "conv2d_s16.h"

#include "mote_dot4.h"
#include "mote_math.h"
#include "mote_window.h"

/* All output channels of one position. */
static void conv_position(int16_t *out, const int16_t *in, mote_taps ys, mote_taps xs, const mote_conv2d_s16_params *p) {
    const int32_t row = p->filter_w * p->in_c;
    const int32_t group = p->filter_h * row * 4;
    const int32_t taps = xs.end - xs.begin;
    /* Undilated taps of a row lie side by side: one run; dilated ones are runs of their own. */
    const int32_t runs = p->dilation_w == 1 ? 1 : taps;
    const int32_t length = p->dilation_w == 1 ? taps * p->in_c : p->in_c;
    const int8_t *w_group = p->weights;
    if (taps == 0) ys.begin = ys.end = 0;
    for (int32_t o = 0; o < p->out_c; o += 4, w_group += group) {
        int64_t sum[4] = {p->bias[o], p->bias[o + 1], p->bias[o + 2], p->bias[o + 3]};
        for (int32_t ky = ys.begin; ky < ys.end; ++ky) {
            const int32_t y = ys.start + ky * p->dilation_h;
            const int32_t x = xs.start + xs.begin * p->dilation_w;
            const int16_t *v = in + (y * p->in_w + x) * p->in_c;
            const int8_t *w = w_group + (ky * row + xs.begin * p->in_c) * 4;
            for (int32_t r = 0; r < runs; ++r) {
                mote_dot4_s16(sum, v + r * p->dilation_w * p->in_c, w, length);
                w += 4 * length;
            }
        }
        for (int32_t k = 0; k < 4 && o + k < p->out_c; ++k) {
            const int32_t m = (o + k) * p->channel_step;
            out[o + k] = mote_requantize_s16(sum[k], p->multiplier[m], p->shift[m], p->single, p->act_min, p->act_max);
        }
    }
}

void mote_conv2d_s16(int16_t *out, const int16_t *in, const mote_conv2d_s16_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t oy = 0; oy < p->out_h; ++oy) {
            const mote_taps ys = mote_clip_window(oy, p->stride_h, p->pad_top, p->dilation_h, p->filter_h, p->in_h);
            for (int32_t ox = 0; ox < p->out_w; ++ox) {
                const mote_taps xs = mote_clip_window(ox, p->stride_w, p->pad_left, p->dilation_w, p->filter_w, p->in_w);
                conv_position(out, in, ys, xs, p);
                out += p->out_c;
            }
        }
        in += p->in_h * p->in_w * p->in_c;
    }
}
