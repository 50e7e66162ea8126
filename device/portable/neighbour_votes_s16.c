/* Keeps the nearest points so far in order; of equals the earlier stays. A point is left as soon as it is too far. */
#include "neighbour_votes_s16.h"

#include "mote_tabular.h"

void mote_neighbour_votes_s16(int16_t *out, const int16_t *in, void *scratch, const mote_neighbour_votes_s16_params *p) {
    uint64_t *const nearest = (uint64_t *)(((uintptr_t)scratch + 7u) & ~(uintptr_t)7u); /* ascending */
    uint16_t *const label = (uint16_t *)(void *)(nearest + p->neighbours);
    for (int32_t n = 0; n < p->rows; ++n) {
        const int16_t *point = p->table;
        for (int32_t k = 0; k < p->neighbours; ++k) nearest[k] = UINT64_MAX;
        for (int32_t j = 0; j < p->points; ++j) {
            const uint64_t limit = nearest[p->neighbours - 1];
            uint64_t sum = 0;
            for (int32_t i = 0; i < p->features && sum < limit; ++i) sum += mote_square_distance(in[i], point[i]);
            point += p->features;
            if (sum >= limit) continue;
            int32_t k = p->neighbours - 1;
            for (; k > 0 && nearest[k - 1] > sum; --k) {
                nearest[k] = nearest[k - 1];
                label[k] = label[k - 1];
            }
            nearest[k] = sum;
            label[k] = p->labels[j];
        }
        for (int32_t o = 0; o < p->outputs; ++o) out[o] = 0;
        for (int32_t k = 0; k < p->neighbours; ++k) ++out[label[k]];
        out += p->outputs;
        in += p->features;
    }
}
