/* Plain C99. Rounding by hand, exactly as roundf, so that no mathematical library is needed. */
#include "quantize_f32_s8.h"

#include "mote_math.h"

static int8_t quantize_one(float x, float scale, int32_t zero) {
    const float steps = x / scale;
    if (!(steps > -1024.0f)) return -128;
    if (steps > 1024.0f) return 127;
    int32_t whole = (int32_t)steps;
    const float rest = steps - (float)whole; /* exact */
    if (rest >= 0.5f) ++whole;
    if (rest <= -0.5f) --whole;
    return (int8_t)mote_clamp(whole + zero, -128, 127);
}

void mote_quantize_f32_s8(int8_t *out, const float *in, const mote_quantize_f32_s8_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = quantize_one(in[i], p->scale, p->zero);
}
