/* Plain C99 depthwise convolution: four channels at a time, a tail of one to three. Zero points are folded into the bias as in
 * conv2d_s8.c: taps outside the input add in_zero * weight. */
#include "depthwise_conv2d_s8w4.h"

#include "mote_dot4.h"
#include "mote_math.h"
#include "mote_window.h"

/* Four neighbouring channels; v is the first channel at the window's first tap inside, w its group of weights. */
static void sum_group(int32_t sum[4], const int8_t *v, const uint8_t *w, mote_taps ys, mote_taps xs,
                      const mote_depthwise_conv2d_s8w4_params *p) {
    const int32_t step_x = p->dilation_w * p->channels;
    const int32_t step_y = p->dilation_h * p->in_w * p->channels;
    int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    w += (ys.begin * p->filter_w + xs.begin) * 2;
    for (int32_t ky = ys.begin; ky < ys.end; ++ky) {
        const int8_t *vx = v;
        const uint8_t *wx = w;
        for (int32_t kx = xs.begin; kx < xs.end; ++kx) {
            s0 += vx[0] * mote_weight4(wx, 0);
            s1 += vx[1] * mote_weight4(wx, 1);
            s2 += vx[2] * mote_weight4(wx, 2);
            s3 += vx[3] * mote_weight4(wx, 3);
            vx += step_x;
            wx += 2;
        }
        v += step_y;
        w += p->filter_w * 2;
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

/* The k-th channel of a group alone. */
static int32_t sum_one(const int8_t *v, const uint8_t *w, int32_t k, mote_taps ys, mote_taps xs,
                       const mote_depthwise_conv2d_s8w4_params *p) {
    int32_t sum = 0;
    for (int32_t ky = ys.begin; ky < ys.end; ++ky)
        for (int32_t kx = xs.begin; kx < xs.end; ++kx)
            sum += v[((ky - ys.begin) * p->dilation_h * p->in_w + (kx - xs.begin) * p->dilation_w) * p->channels] *
                   mote_weight4(w + (ky * p->filter_w + kx) * 2, k);
    return sum;
}

static void add_padding(int32_t sum[4], const uint8_t *w, mote_taps ys, mote_taps xs,
                        const mote_depthwise_conv2d_s8w4_params *p) {
    int32_t outside[4] = {0, 0, 0, 0};
    for (int32_t ky = 0; ky < p->filter_h; ++ky) {
        for (int32_t kx = 0; kx < p->filter_w; ++kx, w += 2) {
            if (ky >= ys.begin && ky < ys.end && kx >= xs.begin && kx < xs.end) continue;
            for (int32_t k = 0; k < 4; ++k) outside[k] += mote_weight4(w, k);
        }
    }
    for (int32_t k = 0; k < 4; ++k) sum[k] += p->in_zero * outside[k];
}

/* All channels of one position. */
static void depthwise_position(int8_t *out, const int8_t *in, mote_taps ys, mote_taps xs,
                               const mote_depthwise_conv2d_s8w4_params *p) {
    const int32_t first = ys.end > ys.begin && xs.end > xs.begin
                              ? ((ys.start + ys.begin * p->dilation_h) * p->in_w + xs.start + xs.begin * p->dilation_w) * p->channels
                              : 0;
    const int padded = p->in_zero != 0 && (ys.end - ys.begin < p->filter_h || xs.end - xs.begin < p->filter_w);
    const uint8_t *w = p->weights;
    for (int32_t c = 0; c < p->channels; c += 4, w += p->filter_h * p->filter_w * 2) {
        const int32_t count = p->channels - c < 4 ? p->channels - c : 4;
        int32_t sum[4] = {p->bias[c], p->bias[c + 1], p->bias[c + 2], p->bias[c + 3]};
        if (count == 4) {
            sum_group(sum, in + first + c, w, ys, xs, p);
        } else {
            for (int32_t k = 0; k < count; ++k) sum[k] += sum_one(in + first + c + k, w, k, ys, xs, p);
        }
        if (padded) add_padding(sum, w, ys, xs, p);
        for (int32_t k = 0; k < count; ++k) {
            const int32_t m = (c + k) * p->channel_step;
            out[c + k] = mote_requantize(sum[k], p->multiplier[m], p->shift[m], p->out_zero, p->act_min, p->act_max);
        }
    }
}

void mote_depthwise_conv2d_s8w4(int8_t *out, const int8_t *in, const mote_depthwise_conv2d_s8w4_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t oy = 0; oy < p->out_h; ++oy) {
            const mote_taps ys = mote_clip_window(oy, p->stride_h, p->pad_top, p->dilation_h, p->filter_h, p->in_h);
            for (int32_t ox = 0; ox < p->out_w; ++ox) {
                const mote_taps xs = mote_clip_window(ox, p->stride_w, p->pad_left, p->dilation_w, p->filter_w, p->in_w);
                depthwise_position(out, in, ys, xs, p);
                out += p->channels;
            }
        }
        in += p->in_h * p->in_w * p->channels;
    }
}
