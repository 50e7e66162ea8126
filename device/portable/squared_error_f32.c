/* Plain C99 squared error in float32. Sums of up to 64 squares are added up, so that few bits are lost. */
#include "squared_error_f32.h"

void mote_squared_error_f32(float *out, const float *a, const float *b, const mote_squared_error_f32_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        float sum = 0.0f, part = 0.0f;
        for (int32_t i = 1; i <= p->count; ++i) {
            const float d = *a++ - *b++;
            part += d * d;
            if (i % 64 == 0) {
                sum += part;
                part = 0.0f;
            }
        }
        out[n] = (sum + part) / (float)p->count;
    }
}
