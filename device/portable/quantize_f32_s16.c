/* Plain C99. Rounding by hand, exactly as roundf, so that no mathematical library is needed. */
#include "quantize_f32_s16.h"

#include "mote_math.h"

static int16_t quantize_one(float x, float scale) {
    const float steps = x / scale;
    if (!(steps > -262144.0f)) return -32768;
    if (steps > 262144.0f) return 32767;
    int32_t whole = (int32_t)steps;
    const float rest = steps - (float)whole; /* exact */
    if (rest >= 0.5f) ++whole;
    if (rest <= -0.5f) --whole;
    return (int16_t)mote_clamp(whole, -32768, 32767);
}

void mote_quantize_f32_s16(int16_t *out, const float *in, const mote_quantize_f32_s16_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = quantize_one(in[i], p->scale);
}
