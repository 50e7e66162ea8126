/* Plain C99 softmax in float32; the row's maximum is taken off first, so that no exponential overflows. */
#include "softmax_f32.h"

#include <math.h>

void mote_softmax_f32(float *out, const float *in, const mote_softmax_f32_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        float largest = in[0];
        for (int32_t i = 1; i < p->depth; ++i)
            if (in[i] > largest) largest = in[i];
        float sum = 0.0f;
        for (int32_t i = 0; i < p->depth; ++i) {
            const float e = expf((in[i] - largest) * p->beta);
            out[i] = e;
            sum += e;
        }
        for (int32_t i = 0; i < p->depth; ++i) out[i] /= sum;
        in += p->depth;
        out += p->depth;
    }
}
