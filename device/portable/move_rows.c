/* Plain C99: words from the lowest up, four at a time. */
#include "move_rows.h"

void mote_move_rows(void *to, const void *from, int32_t bytes) {
    uint32_t *out = (uint32_t *)to;
    const uint32_t *in = (const uint32_t *)from;
    int32_t words = bytes / 4;
    for (; words >= 4; words -= 4) {
        const uint32_t a = in[0], b = in[1], c = in[2], d = in[3];
        out[0] = a;
        out[1] = b;
        out[2] = c;
        out[3] = d;
        in += 4;
        out += 4;
    }
    for (; words > 0; --words) *out++ = *in++;
}
