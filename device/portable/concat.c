/* See concat.h. Rows are often a few bytes only (channels), so bytes are moved one by one unless all is aligned. */
#include "concat.h"

#if defined(__GNUC__)
typedef uint32_t __attribute__((may_alias)) mote_word;
#else
typedef uint32_t mote_word;
#endif

/* Lowest address first: `to` may lie before `from` in the same memory. */
static void move(uint8_t *to, const uint8_t *from, uint32_t bytes) {
    if (to == from) return;
    if ((((uintptr_t)to | (uintptr_t)from) & 3u) == 0) {
        mote_word *t = (mote_word *)(void *)to;
        const mote_word *f = (const mote_word *)(const void *)from;
        for (; bytes >= 4; bytes -= 4) *t++ = *f++;
        to = (uint8_t *)t;
        from = (const uint8_t *)f;
    }
    while (bytes-- > 0) *to++ = *from++;
}

static void concat(void *out, const void *const *in, int32_t count, const mote_concat_params *p) {
    uint8_t *to = (uint8_t *)out;
    int32_t row, i;
    for (row = 0; row < p->rows; ++row)
        for (i = 0; i < count; ++i) {
            const uint32_t bytes = (uint32_t)p->row_bytes[i];
            move(to, (const uint8_t *)in[i] + (uint32_t)row * bytes, bytes);
            to += bytes;
        }
}

#define RUN(count, ...)                           \
    const void *const in[count] = {__VA_ARGS__};  \
    concat(out, in, count, p)

void mote_concat_1(void *out, const void *a, const mote_concat_params *p) { RUN(1, a); }
void mote_concat_2(void *out, const void *a, const void *b, const mote_concat_params *p) { RUN(2, a, b); }
void mote_concat_3(void *out, const void *a, const void *b, const void *c, const mote_concat_params *p) {
    RUN(3, a, b, c);
}
void mote_concat_4(void *out, const void *a, const void *b, const void *c, const void *d,
                   const mote_concat_params *p) {
    RUN(4, a, b, c, d);
}
void mote_concat_5(void *out, const void *a, const void *b, const void *c, const void *d, const void *e,
                   const mote_concat_params *p) {
    RUN(5, a, b, c, d, e);
}
void mote_concat_6(void *out, const void *a, const void *b, const void *c, const void *d, const void *e,
                   const void *f, const mote_concat_params *p) {
    RUN(6, a, b, c, d, e, f);
}
void mote_concat_7(void *out, const void *a, const void *b, const void *c, const void *d, const void *e,
                   const void *f, const void *g, const mote_concat_params *p) {
    RUN(7, a, b, c, d, e, f, g);
}
void mote_concat_8(void *out, const void *a, const void *b, const void *c, const void *d, const void *e,
                   const void *f, const void *g, const void *h, const mote_concat_params *p) {
    RUN(8, a, b, c, d, e, f, g, h);
}
