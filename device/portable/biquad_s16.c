/* Plain C99 biquad: outputs are remembered with 14 bits behind the point. */
#include "biquad_s16.h"

#include "mote_math.h"

void mote_biquad_s16(int16_t *out, const int16_t *in, const mote_biquad_s16_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        int32_t x1 = 0, x2 = 0, y1 = 0, y2 = 0;
        for (int32_t i = 0; i < p->samples; ++i) {
            const int32_t x0 = *in++;
            int64_t sum = ((int64_t)p->b0 * x0 + (int64_t)p->b1 * x1 + (int64_t)p->b2 * x2) * 16384 - (int64_t)p->a1 * y1 - (int64_t)p->a2 * y2;
            sum += (int64_t)1 << 28;
            sum = sum >= 0 ? sum >> 29 : ~(~sum >> 29);
            if (sum > 2147483647) sum = 2147483647;
            if (sum < -2147483647) sum = -2147483647;
            x2 = x1;
            x1 = x0;
            y2 = y1;
            y1 = (int32_t)sum;
            sum += 8192;
            sum = sum >= 0 ? sum >> 14 : ~(~sum >> 14);
            *out++ = (int16_t)mote_clamp((int32_t)sum, -32768, 32767);
        }
    }
}
