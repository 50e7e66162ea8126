/* Exact sums of squares, below 2^31; a centre is left as soon as it is farther than the nearest so far. */
#include "centre_distance_s8.h"

#include "mote_tabular.h"

void mote_centre_distance_s8(int16_t *out, const int8_t *in, const mote_centre_distance_s8_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        const int8_t *centre = p->table;
        uint32_t best = UINT32_MAX;
        for (int32_t c = 0; c < p->centres; ++c) {
            uint32_t sum = 0;
            for (int32_t i = 0; i < p->features && sum < best; ++i) sum += mote_square_distance(in[i], centre[i]);
            if (sum < best) best = sum;
            centre += p->features;
        }
        const uint32_t root = mote_root_64((uint64_t)best << 16);
        const int32_t steps = root > 0x7fffffffu ? 0x7fffffff : (int32_t)root;
        out[n] = (int16_t)mote_clamp(mote_scale(steps, p->multiplier, p->shift), -32768, 32767);
        in += p->features;
    }
}
