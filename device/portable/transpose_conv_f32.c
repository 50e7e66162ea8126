/* Plain C99 transposed convolution: every output gathers the input pixels whose windows hold it. */
#include "transpose_conv_f32.h"

#include "mote_math.h"

/* Of the output channel whose weights these are. Output and tap say where the input pixel stands, if there is one. */
static float sum_of(const float *in, const float *weights, int32_t oy, int32_t ox, const mote_transpose_conv_f32_params *p) {
    float sum = 0.0F;
    for (int32_t ky = 0; ky < p->filter_h; ++ky) {
        const int32_t y = oy + p->pad_top - ky;
        if (y < 0 || y % p->stride_h != 0 || y / p->stride_h >= p->in_h) continue;
        for (int32_t kx = 0; kx < p->filter_w; ++kx) {
            const int32_t x = ox + p->pad_left - kx;
            if (x < 0 || x % p->stride_w != 0 || x / p->stride_w >= p->in_w) continue;
            const float *v = in + (y / p->stride_h * p->in_w + x / p->stride_w) * p->in_c;
            const float *w = weights + (ky * p->filter_w + kx) * p->in_c;
            for (int32_t c = 0; c < p->in_c; ++c) sum += v[c] * w[c];
        }
    }
    return sum;
}

void mote_transpose_conv_f32(float *out, const float *in, const mote_transpose_conv_f32_params *p) {
    const int32_t channel = p->filter_h * p->filter_w * p->in_c;
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t oy = 0; oy < p->out_h; ++oy) {
            for (int32_t ox = 0; ox < p->out_w; ++ox) {
                const float *weights = p->weights;
                for (int32_t o = 0; o < p->out_c; ++o, weights += channel) {
                    *out++ = mote_clamp_real(sum_of(in, weights, oy, ox, p) + p->bias[o], p->act_min, p->act_max);
                }
            }
        }
        in += p->in_h * p->in_w * p->in_c;
    }
}
