/* Plain C99 padding: walks over the output's rows (the last axis), filling or copying each. */
#include "pad_s16.h"

static int16_t *fill(int16_t *out, int32_t count, int16_t value) {
    for (int32_t i = 0; i < count; ++i) *out++ = value;
    return out;
}

void mote_pad_s16(int16_t *out, const int16_t *in, const mote_pad_s16_params *p) {
    const int32_t last = p->rank - 1;
    const int32_t row = p->in_shape[last];
    const int16_t value = (int16_t)p->value;
    int32_t index[8] = {0, 0, 0, 0, 0, 0, 0, 0}; /* in the output, all axes but the last */
    int32_t axis;
    do {
        int inside = 1;
        for (axis = 0; axis < last; ++axis)
            if (index[axis] < p->before[axis] || index[axis] >= p->before[axis] + p->in_shape[axis]) inside = 0;
        out = fill(out, p->before[last], value);
        if (inside) {
            for (int32_t i = 0; i < row; ++i) *out++ = *in++;
        } else {
            out = fill(out, row, value);
        }
        out = fill(out, p->after[last], value);
        for (axis = last - 1; axis >= 0; --axis) {
            if (++index[axis] < p->before[axis] + p->in_shape[axis] + p->after[axis]) break;
            index[axis] = 0;
        }
    } while (axis >= 0);
}
