/* See delay_line.h. Words where everything is aligned, which it is but for odd channel counts; four a turn. */
#include "delay_line.h"

#if defined(__GNUC__)
typedef uint32_t __attribute__((may_alias)) mote_word;
#else
typedef uint32_t mote_word;
#endif

/* Lowest address first, so `to` may lie before `from` in the same memory. */
static void move(uint8_t *to, const uint8_t *from, uint32_t bytes) {
    if ((((uintptr_t)to | (uintptr_t)from) & 3u) == 0) {
        mote_word *t = (mote_word *)(void *)to;
        const mote_word *f = (const mote_word *)(const void *)from;
        for (; bytes >= 16; bytes -= 16, t += 4, f += 4) {
            const uint32_t a = f[0], b = f[1], c = f[2], d = f[3];
            t[0] = a;
            t[1] = b;
            t[2] = c;
            t[3] = d;
        }
        for (; bytes >= 4; bytes -= 4) *t++ = *f++;
        to = (uint8_t *)t;
        from = (const uint8_t *)f;
    }
    while (bytes-- > 0) *to++ = *from++;
}

void mote_delay_line(void *state, const void *input, const mote_delay_line_params *p) {
    uint8_t *s = (uint8_t *)state;
    const uint8_t *in = (const uint8_t *)input;
    const uint32_t in_row = (uint32_t)p->in_row, out_row = (uint32_t)p->out_row;
    const uint32_t fresh = in_row < out_row ? in_row : out_row, kept = out_row - fresh;
    int32_t row;
    for (row = 0; row < p->rows; ++row, s += out_row, in += in_row) {
        if (kept > 0) move(s, s + fresh, kept);
        move(s + kept, in + (in_row - fresh), fresh);
    }
}
