/* See depthwise_taps_s8.h. A word of input holds four channels: two SXTB16 make halves of them, four SMLAxy add a tap to
 * four sums. Where the taps stand is a table of offsets: that of the constants inside, one made for the position at
 * borders, where taps outside read a row of zero points. Sums are kept times 256: SMMLA and SSAT finish them
 * (src/kernels/rescale_m4.h). */
#include "depthwise_taps_s8.h"

#include "mote_m4.h"

/* Some groups of four channels at one position. The loops know the order of these fields. */
struct groups {
  const int32_t *offsets, *offsets_end;
  int32_t count;
  int32_t round;
  const int32_t* stream;
  int32_t odd; /* taps & 1 */
};

typedef void groups_function(int8_t* out, const int8_t* in, const struct groups* g);

#if defined(__ARM_FEATURE_DSP)

/* clang-format off */
/* r0-r3 sums, r4 offsets, r5 input, r6 their end, r7-r10 a tap, r11 output, r12 stream, lr struct groups. */
#define TAP \
  "ldr r7, [r4], #4\n ldr r7, [r5, r7]\n ldrd r8, r9, [r12], #8\n sxtb16 r10, r7\n sxtb16 r7, r7, ror #8\n" \
  "smlabb r0, r10, r8, r0\n smlatt r2, r10, r8, r2\n smlabb r1, r7, r9, r1\n smlatt r3, r7, r9, r3\n"
#define LOWER(sum, by) "and " by ", " by ", " sum ", asr #31\n sub " sum ", " sum ", " by "\n"
#define CORRECT_plain
#define CORRECT_signed \
  "ldrd r9, r10, [r12], #8\n" LOWER("r0", "r9") LOWER("r1", "r10") \
  "ldrd r9, r10, [r12], #8\n" LOWER("r2", "r9") LOWER("r3", "r10")
#define FINISH(sum, multiplier, fraction) \
  "smmla " sum ", " sum ", " multiplier ", r9\n ssat " sum ", #8, " sum ", asr #" fraction "\n strb " sum ", [r11], #1\n"
#define GROUPS(name, correct, fraction) \
  __attribute__((naked, noinline)) static void name( \
      __attribute__((unused)) int8_t* out, __attribute__((unused)) const int8_t* in, \
      __attribute__((unused)) const struct groups* g) { \
    __asm__ volatile( \
        "push {r2, r4-r11, lr}\n" \
        "mov r11, r0\n mov r5, r1\n mov lr, r2\n ldr r12, [lr, #16]\n ldr r0, [lr, #8]\n str r0, [sp]\n" \
        "1:\n" \
        "ldm r12!, {r0-r3}\n ldrd r4, r6, [lr]\n ldr r7, [lr, #20]\n cbnz r7, 3f\n" \
        "2:\n" TAP \
        "3:\n" TAP \
        "cmp r4, r6\n bne 2b\n" \
        "ldm r12!, {r4, r6, r7, r8}\n" correct \
        "ldr r9, [lr, #12]\n" \
        FINISH("r0", "r4", fraction) FINISH("r1", "r6", fraction) FINISH("r2", "r7", fraction) \
        FINISH("r3", "r8", fraction) \
        "adds r5, #4\n ldr r0, [sp]\n subs r0, #1\n str r0, [sp]\n bne 1b\n" \
        "pop {r2, r4-r11, pc}\n"); \
  }
/* clang-format on */
GROUPS(groups_plain_7, CORRECT_plain, "7")
GROUPS(groups_plain_9, CORRECT_plain, "9")
GROUPS(groups_signed_7, CORRECT_signed, "7")
GROUPS(groups_signed_9, CORRECT_signed, "9")

#else /* The same in C, for the host. */

static void groups_portable(int8_t* out, const int8_t* in, const struct groups* g, int is_signed, int fraction) {
  const int32_t* stream = g->stream;
  for (int32_t group = 0; group < g->count; ++group, in += 4, out += 4) {
    uint32_t sums[4];
    for (int32_t c = 0; c < 4; ++c) sums[c] = (uint32_t)*stream++;
    for (const int32_t* offset = g->offsets; offset != g->offsets_end; ++offset, stream += 2) {
      const int8_t* const x = (const int8_t*)((uintptr_t)in + (uintptr_t)(intptr_t)*offset);
      const int32_t even = stream[0], odd = stream[1];
      sums[0] += (uint32_t)(x[0] * mote_low((uint32_t)even));
      sums[1] += (uint32_t)(x[1] * mote_low((uint32_t)odd));
      sums[2] += (uint32_t)(x[2] * mote_high((uint32_t)even));
      sums[3] += (uint32_t)(x[3] * mote_high((uint32_t)odd));
    }
    for (int32_t c = 0; c < 4; ++c) {
      int32_t v = (int32_t)sums[c];
      if (is_signed && v < 0) v -= stream[4 + c];
      v = mote_multiply_high_add(v, stream[c], g->round) >> fraction;
      out[c] = (int8_t)(v < -128 ? -128 : v > 127 ? 127 : v);
    }
    stream += is_signed ? 8 : 4;
  }
}
#define GROUPS_AS(v, is_signed, fraction)                                              \
  static void groups_##v(int8_t* out, const int8_t* in, const struct groups* g) { \
    groups_portable(out, in, g, is_signed, fraction);                                  \
  }
GROUPS_AS(plain_7, 0, 7)
GROUPS_AS(plain_9, 0, 9)
GROUPS_AS(signed_7, 1, 7)
GROUPS_AS(signed_9, 1, 9)

#endif

/* The taps of a window that leaves the input, from the image's start. */
static void border(int32_t* offsets, const int32_t* starts, int32_t zeros, int32_t left,
                   const mote_depthwise_taps_s8_params* p) {
  for (int32_t ky = 0; ky < p->filter_h; ++ky)
    for (int32_t kx = 0, x = left; kx < p->filter_w; ++kx, x += p->dilation_w)
      *offsets++ = starts[ky] < 0 || x < 0 || x >= p->in_w ? zeros : starts[ky] + x * p->channels;
}

static inline void row(int8_t* out, const int8_t* image, const mote_depthwise_taps_rows* rows,
                       const mote_depthwise_taps_s8_params* p, groups_function* compute) {
  const int32_t channels = p->channels, whole = channels / 4, rest = channels & 3;
  struct groups g;
  g.round = p->round;
  g.odd = p->taps & 1;
  for (int32_t ox = 0, left = -p->pad_left; ox < p->out_w; ++ox, left += p->stride_w, out += channels) {
    const int8_t* in = image;
    if (rows->inside && ox >= p->first_x && ox < p->last_x) {
      g.offsets = rows->offsets;
      in += rows->base + left * channels;
    } else {
      border(rows->made, rows->starts, (int32_t)((intptr_t)rows->zeros - (intptr_t)image), left, p);
      g.offsets = rows->made;
    }
    g.offsets_end = g.offsets + p->taps;
    g.stream = p->stream;
    g.count = whole;
    compute(out, in, &g);
    if (rest != 0) {
      g.stream = p->stream + whole * p->group_words;
      g.count = 1;
      compute(out + channels - 4, in + channels - 4, &g);
    }
  }
}

static inline void run(int8_t* output, const int8_t* input, void* scratch, const mote_depthwise_taps_s8_params* p,
                       mote_depthwise_taps_row* compute) {
  const int32_t in_row = p->in_w * p->channels, out_row = p->out_w * p->channels;
  int32_t* const starts = (int32_t*)scratch;
  int8_t* out = output;
  mote_depthwise_taps_rows rows;
  rows.starts = starts;
  rows.offsets = p->offsets;
  rows.made = starts + p->filter_h;
  rows.zeros = (int8_t*)(rows.made + p->taps);
  for (int32_t c = 0; c < p->channels; ++c) rows.zeros[c] = (int8_t)p->zero_point;
  for (int32_t n = 0; n < p->batches; ++n, input += p->in_h * in_row)
    for (int32_t oy = 0, top = -p->pad_top; oy < p->out_h; ++oy, top += p->stride_h, out += out_row) {
      for (int32_t ky = 0, y = top; ky < p->filter_h; ++ky, y += p->dilation_h)
        starts[ky] = y < 0 || y >= p->in_h ? -1 : y * in_row;
      rows.base = top * in_row;
      rows.inside = oy >= p->first_y && oy < p->last_y;
      compute(out, input, &rows, p);
    }
  if (p->act_min > -128 || p->act_max < 127)
    for (int8_t* o = output; o != out; ++o)
      *o = (int8_t)(*o < p->act_min ? p->act_min : *o > p->act_max ? p->act_max : *o);
}

#define DEPTHWISE(v)                                                                                     \
  void mote_depthwise_taps_s8_row_##v(int8_t* out, const int8_t* image, const mote_depthwise_taps_rows* rows, \
                                      const mote_depthwise_taps_s8_params* p) {                          \
    row(out, image, rows, p, groups_##v);                                                                \
  }                                                                                                      \
  void mote_depthwise_taps_s8_##v(int8_t* output, const int8_t* input, void* scratch,                    \
                                  const mote_depthwise_taps_s8_params* p) {                              \
    run(output, input, scratch, p, mote_depthwise_taps_s8_row_##v);                                      \
  }
MOTE_DEPTHWISE_TAPS_VARIANTS(DEPTHWISE)
