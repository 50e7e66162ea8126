/* Keeps the nearest points so far in order; of equals the earlier stays. */
#include "neighbour_votes_f32.h"

#include <float.h>

void mote_neighbour_votes_f32(float *out, const float *in, void *scratch, const mote_neighbour_votes_f32_params *p) {
    float *const nearest = (float *)scratch; /* ascending */
    uint16_t *const label = (uint16_t *)(void *)(nearest + p->neighbours);
    for (int32_t n = 0; n < p->rows; ++n) {
        const float *point = p->table;
        for (int32_t k = 0; k < p->neighbours; ++k) {
            nearest[k] = FLT_MAX;
            label[k] = 0;
        }
        for (int32_t j = 0; j < p->points; ++j) {
            float sum = 0.0f;
            for (int32_t i = 0; i < p->features; ++i) sum += (in[i] - point[i]) * (in[i] - point[i]);
            point += p->features;
            if (!(sum < nearest[p->neighbours - 1])) continue;
            int32_t k = p->neighbours - 1;
            for (; k > 0 && nearest[k - 1] > sum; --k) {
                nearest[k] = nearest[k - 1];
                label[k] = label[k - 1];
            }
            nearest[k] = sum;
            label[k] = p->labels[j];
        }
        for (int32_t o = 0; o < p->outputs; ++o) out[o] = 0.0f;
        for (int32_t k = 0; k < p->neighbours; ++k) out[label[k]] += p->vote;
        out += p->outputs;
        in += p->features;
    }
}
