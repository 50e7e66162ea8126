/* Plain C99 gated recurrent units in float32. */
#include "gru_f32.h"

#include <math.h>

static float sum_of(float gate, int32_t row, const float *x, const mote_gru_f32_params *p) {
    const float *w = p->weights + row * p->units;
    float sum = 0.0f;
    for (int32_t k = 0; k < p->units; ++k) sum += w[k] * x[k];
    return gate + sum;
}

static float sigmoid(float x) {
    return 1.0f / (1.0f + expf(-x));
}

static void step(const float *g, float *h, float *reset, float *update, const mote_gru_f32_params *p) {
    for (int32_t j = 0; j < p->units; ++j) {
        reset[j] = sigmoid(sum_of(g[j], j, h, p)) * h[j];
        update[j] = sigmoid(sum_of(g[p->units + j], p->units + j, h, p));
    }
    for (int32_t j = 0; j < p->units; ++j) {
        const float n = tanhf(sum_of(g[2 * p->units + j], 2 * p->units + j, reset, p));
        h[j] = (1.0f - update[j]) * n + update[j] * h[j];
    }
}

void mote_gru_f32(float *out, const float *gates, void *scratch, const mote_gru_f32_params *p) {
    float *h = (float *)scratch, *reset = h + p->units, *update = reset + p->units;
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t j = 0; j < p->units; ++j) h[j] = 0.0f;
        for (int32_t t = 1; t <= p->steps; ++t) {
            step(gates, h, reset, update, p);
            gates += 3 * p->units;
            if (p->sequence == 0 && t < p->steps) continue;
            for (int32_t j = 0; j < p->units; ++j) *out++ = h[j];
        }
    }
}
