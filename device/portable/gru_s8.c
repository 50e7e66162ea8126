/* Plain C99 gated recurrent units, int8 gates. A step's output is written when its gates were read. */
#include "gru_s8.h"

void mote_gru_s8(int8_t *out, const int8_t *gates, void *scratch, const mote_gru_s8_params *p) {
    const mote_gru_state s = mote_gru_begin(scratch, p->units);
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t j = 0; j < p->units; ++j) s.h[j] = 0;
        for (int32_t t = 1; t <= p->steps; ++t) {
            for (int32_t j = 0; j < p->units; ++j) mote_gru_gates(j, gates[j], gates[p->units + j], s, p);
            for (int32_t j = 0; j < p->units; ++j) mote_gru_update(j, gates[2 * p->units + j], s, p);
            gates += 3 * p->units;
            if (p->sequence == 0 && t < p->steps) continue;
            for (int32_t j = 0; j < p->units; ++j) *out++ = (int8_t)mote_clamp(mote_shift_right(s.h[j] + 128, 8), -128, 127);
        }
    }
}
