/* Plain C99. */
#include "centre_distance_f32.h"

#include <float.h>
#include <math.h>

void mote_centre_distance_f32(float *out, const float *in, const mote_centre_distance_f32_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        const float *centre = p->table;
        float best = FLT_MAX;
        for (int32_t c = 0; c < p->centres; ++c) {
            float sum = 0.0f;
            for (int32_t i = 0; i < p->features; ++i) sum += (in[i] - centre[i]) * (in[i] - centre[i]);
            if (sum < best) best = sum;
            centre += p->features;
        }
        out[n] = sqrtf(best);
        in += p->features;
    }
}
