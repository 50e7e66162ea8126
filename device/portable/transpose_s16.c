/* Plain C99 transposition: writes the output in order, row by row of its last axis. */
#include "transpose_s16.h"

void mote_transpose_s16(int16_t *out, const int16_t *in, const mote_transpose_s16_params *p) {
    const int32_t last = p->rank - 1;
    const int32_t step = p->in_stride[last];
    int32_t index[8] = {0, 0, 0, 0, 0, 0, 0, 0}; /* in the output, all axes but the last */
    int32_t from = 0;
    int32_t axis;
    do {
        for (int32_t i = 0; i < p->out_shape[last]; ++i) *out++ = in[from + i * step];
        for (axis = last - 1; axis >= 0; --axis) {
            from += p->in_stride[axis];
            if (++index[axis] < p->out_shape[axis]) break;
            from -= index[axis] * p->in_stride[axis];
            index[axis] = 0;
        }
    } while (axis >= 0);
}
