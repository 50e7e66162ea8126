/* Plain C99 squared error of int8. */
#include "squared_error_s8.h"

void mote_squared_error_s8(int32_t *out, const int8_t *a, const int8_t *b, const mote_squared_error_s8_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        int32_t sum = 0;
        for (int32_t i = 0; i < p->count; ++i) {
            const int32_t d = *a++ - *b++;
            sum += d * d;
        }
        out[n] = sum;
    }
}
