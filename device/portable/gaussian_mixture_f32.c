/* One pass over the components: the smallest score so far, and the sum of exponentials relative to it. */
#include "gaussian_mixture_f32.h"

#include <math.h>

void mote_gaussian_mixture_f32(float *out, const float *in, const mote_gaussian_mixture_f32_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        const float *weight = p->whitening, *mean = p->means;
        float least = 0.0f, sum = 0.0f;
        for (int32_t k = 0; k < p->components; ++k) {
            float squares = 0.0f;
            for (int32_t i = 0; i < p->features; ++i) {
                float z = 0.0f;
                for (int32_t j = p->full != 0 ? 0 : i; j <= i; ++j) z += *weight++ * (in[j] - mean[j]);
                squares += z * z;
            }
            mean += p->features;
            const float score = 0.5f * squares - p->offsets[k];
            if (k == 0 || score < least) {
                sum = (k == 0 ? 0.0f : sum * expf(score - least)) + 1.0f;
                least = score;
            } else {
                sum += expf(least - score);
            }
        }
        out[n] = least - logf(sum);
        in += p->features;
    }
}
