/* See depthwise_3x3_s8.h. Why so: a word that holds two vertical neighbours of one channel lets SMLAD do two taps, and
 * rows (0,1) and (2,3) of a band give two output rows at four multiplications a column: six an output instead of nine.
 * Sums are kept times 256, so that one SMMLA scales, rounds and adds the zero point, and one SSAT shifts and saturates
 * (src/kernels/rescale_m4.h finds the multipliers and proves them exact). */
#include "depthwise_3x3_s8.h"

#include "mote_m4.h"

/* Of one channel; weights[2c] = w[0][c] | w[1][c] << 16, weights[2c+1] = w[1][c] | w[2][c] << 16, times 256. */
struct channel {
  uint32_t weights[6];
  int32_t bias, multiplier, round;
  int32_t negative; /* taken off sums below zero */
};

/* A run of bands: a band is two output rows (stride 2: one) of four channels. Each converts one more pair of input rows
 * into the ring, [column][4][2] words, then computes its outputs. */
struct bands {
  int8_t* out;  /* the position that is being computed */
  int32_t step; /* bytes from one output pixel to the next */
  int32_t jump; /* stride 1: bytes to the second output row, 0 if there is none; stride 2: 3 * step */
  const struct channel* channels_end;
  const uint32_t* ends[3]; /* places in the ring where the long, middle and short chunks of columns end */
  const int8_t *a, *b;     /* the two rows to convert; a row of padding is a word with step 0 */
  int32_t step_a, step_b;
  uint32_t* to; /* their slot in the ring, at the first column inside */
  int32_t columns;
  int32_t next_rows; /* bytes from the end of a row to the row after the next */
  int8_t* row;       /* output of the band */
  int32_t next_out;  /* bytes to that of the next */
  int32_t left;      /* bands */
  const uint32_t* ring;
  const struct channel* channels;
};

/* odd: the older pair of rows is in slot 1. */
typedef void (*bands_function)(const struct bands* bands, int32_t odd);

#if defined(__ARM_FEATURE_DSP)

/* Registers while computing: r0-r2 sums of row A, r3-r5 of row B (stride 2: r0-r5 of the row), r6-r9 columns, r10-r11
 * weights, r12 ring, lr channel. P, Q name the words of the older and the newer pair of rows in the two pairs of column
 * registers; the ring turns, so the code of a band stands twice. The stack frame is a copy of struct bands. */
/* clang-format off */
#define LOAD(x, y, column) "ldrd " x ", " y ", [r12, #" #column "*32]\n"
#define WEIGHTS(tap) "ldrd r10, r11, [lr, #" #tap "*8]\n"
/* One column of one tap into the sums a (row A) and b (row B); ia, ib are what the sums held before. */
#define TAP(p, q, a, b, ia, ib) \
  "smlad " a ", " p ", r10, " ia "\n" \
  "smlatb " b ", " p ", r10, " ib "\n" \
  "smlabt " a ", " q ", r11, " a "\n" \
  "smlad " b ", " q ", r11, " b "\n"

/* Scaling of a finished sum; `signed` where results below the zero point are not clamped away. */
#define SCALE(sum, fraction) "smmla " sum ", " sum ", r10, r11\n ssat " sum ", #8, " sum ", asr #" #fraction "\n"
#define LOWER(sum) "and r7, r6, " sum ", asr #31\n sub " sum ", " sum ", r7\n"
#define LOAD_SCALE "ldrd r10, r11, [lr, #28]\n"
#define LOAD_SCALE_LOWER LOAD_SCALE "ldr r6, [lr, #36]\n"
#define SCALE_plain_7(sum) SCALE(sum, 7)
#define SCALE_plain_9(sum) SCALE(sum, 9)
#define SCALE_signed_7(sum) LOWER(sum) SCALE(sum, 7)
#define SCALE_signed_9(sum) LOWER(sum) SCALE(sum, 9)
#define LOAD_SCALE_plain_7 LOAD_SCALE
#define LOAD_SCALE_plain_9 LOAD_SCALE
#define LOAD_SCALE_signed_7 LOAD_SCALE_LOWER
#define LOAD_SCALE_signed_9 LOAD_SCALE_LOWER

/* Two rows of four channels into the ring; `slot` moves on to the other slot. */
#define CONVERT(slot, label) \
  "add r0, sp, #28\n ldm r0, {r1-r6}\n" \
  label ":\n" \
  "ldr r7, [r1]\n ldr r8, [r2]\n add r1, r1, r3\n add r2, r2, r4\n" \
  "sxtb16 r9, r7\n sxtb16 r7, r7, ror #8\n sxtb16 r10, r8\n sxtb16 r8, r8, ror #8\n" \
  "pkhbt r11, r9, r10, lsl #16\n pkhtb r9, r10, r9, asr #16\n" \
  "pkhbt r10, r7, r8, lsl #16\n pkhtb r7, r8, r7, asr #16\n" \
  "str r10, [r5, #8]\n str r9, [r5, #16]\n str r7, [r5, #24]\n str r11, [r5], #32\n" \
  "subs r6, #1\n bne " label "b\n" \
  "ldr r5, [sp, #44]\n ldr r6, [sp, #52]\n " slot " r5, #4\n add r1, r1, r6\n add r2, r2, r6\n" \
  "str r5, [sp, #44]\n strd r1, r2, [sp, #28]\n"

/* Three columns of two rows. The last sum's register holds the bias until that sum begins. */
#define CHUNK3(p, q, P, Q, v) \
  "ldr r5, [lr, #24]\n" WEIGHTS(0) \
  LOAD("r6", "r7", 0) TAP(p, q, "r0", "r3", "r5", "r5") \
  LOAD("r6", "r7", 1) TAP(p, q, "r1", "r4", "r5", "r5") \
  LOAD("r8", "r9", 2) TAP(P, Q, "r2", "r5", "r5", "r5") \
  WEIGHTS(1) TAP(p, q, "r0", "r3", "r0", "r3") TAP(P, Q, "r1", "r4", "r1", "r4") \
  LOAD("r6", "r7", 3) TAP(p, q, "r2", "r5", "r2", "r5") \
  WEIGHTS(2) TAP(P, Q, "r0", "r3", "r0", "r3") TAP(p, q, "r1", "r4", "r1", "r4") \
  LOAD("r8", "r9", 4) TAP(P, Q, "r2", "r5", "r2", "r5") \
  LOAD_SCALE_##v \
  SCALE_##v("r0") SCALE_##v("r1") SCALE_##v("r2") SCALE_##v("r3") SCALE_##v("r4") SCALE_##v("r5") \
  "ldm sp, {r6-r9}\n" \
  "add r8, r8, r6\n" \
  "strb r3, [r8]\n strb r4, [r8, r7]\n strb r5, [r8, r7, lsl #1]\n" \
  "strb r0, [r6]\n strb r1, [r6, r7]\n strb r2, [r6, r7, lsl #1]\n"

/* Two columns of two rows. */
#define CHUNK2(p, q, P, Q, v) \
  "ldr r4, [lr, #24]\n" WEIGHTS(0) \
  LOAD("r6", "r7", 0) TAP(p, q, "r0", "r3", "r4", "r4") \
  LOAD("r8", "r9", 1) TAP(P, Q, "r1", "r4", "r4", "r4") \
  WEIGHTS(1) TAP(P, Q, "r0", "r3", "r0", "r3") \
  LOAD("r6", "r7", 2) TAP(p, q, "r1", "r4", "r1", "r4") \
  WEIGHTS(2) TAP(p, q, "r0", "r3", "r0", "r3") \
  LOAD("r8", "r9", 3) TAP(P, Q, "r1", "r4", "r1", "r4") \
  LOAD_SCALE_##v \
  SCALE_##v("r0") SCALE_##v("r1") SCALE_##v("r3") SCALE_##v("r4") \
  "ldm sp, {r6-r9}\n" \
  "add r8, r8, r6\n" \
  "strb r3, [r8]\n strb r4, [r8, r7]\n strb r0, [r6]\n strb r1, [r6, r7]\n"

/* Stride 2: a column of a tap into the one sum. */
#define TAP2(p, q, u, v, a, ia) "smlad " a ", " p ", " u ", " ia "\n smlabt " a ", " q ", " v ", " a "\n"
#define FIRST(p, q, a, ia) TAP2(p, q, "r8", "r9", a, ia)
#define LAST(p, q, a) TAP2(p, q, "r10", "r11", a, a)
/* Six outputs of a row: thirteen columns, each loaded once; odd columns hold the middle taps only. */
#define CHUNK6(p, q, v) \
  "ldr r5, [lr, #24]\n ldrd r8, r9, [lr]\n ldrd r10, r11, [lr, #16]\n" \
  LOAD("r6", "r7", 0) FIRST(p, q, "r0", "r5") \
  LOAD("r6", "r7", 2) LAST(p, q, "r0") FIRST(p, q, "r1", "r5") \
  LOAD("r6", "r7", 4) LAST(p, q, "r1") FIRST(p, q, "r2", "r5") \
  LOAD("r6", "r7", 6) LAST(p, q, "r2") FIRST(p, q, "r3", "r5") \
  LOAD("r6", "r7", 8) LAST(p, q, "r3") FIRST(p, q, "r4", "r5") \
  LOAD("r6", "r7", 10) LAST(p, q, "r4") FIRST(p, q, "r5", "r5") \
  LOAD("r6", "r7", 12) LAST(p, q, "r5") \
  "ldrd r8, r9, [lr, #8]\n" \
  LOAD("r6", "r7", 1) FIRST(p, q, "r0", "r0") LOAD("r6", "r7", 3) FIRST(p, q, "r1", "r1") \
  LOAD("r6", "r7", 5) FIRST(p, q, "r2", "r2") LOAD("r6", "r7", 7) FIRST(p, q, "r3", "r3") \
  LOAD("r6", "r7", 9) FIRST(p, q, "r4", "r4") LOAD("r6", "r7", 11) FIRST(p, q, "r5", "r5") \
  LOAD_SCALE_##v \
  SCALE_##v("r0") SCALE_##v("r1") SCALE_##v("r2") SCALE_##v("r3") SCALE_##v("r4") SCALE_##v("r5") \
  "ldm sp, {r6-r9}\n" \
  "add r8, r8, r6\n" \
  "strb r0, [r6]\n strb r1, [r6, r7]\n strb r2, [r6, r7, lsl #1]\n" \
  "strb r3, [r8]\n strb r4, [r8, r7]\n strb r5, [r8, r7, lsl #1]\n"
#define CHUNK6_TAIL3(p, q, v) \
  "ldr r2, [lr, #24]\n ldrd r8, r9, [lr]\n ldrd r10, r11, [lr, #16]\n" \
  LOAD("r6", "r7", 0) FIRST(p, q, "r0", "r2") \
  LOAD("r6", "r7", 2) LAST(p, q, "r0") FIRST(p, q, "r1", "r2") \
  LOAD("r6", "r7", 4) LAST(p, q, "r1") FIRST(p, q, "r2", "r2") \
  LOAD("r6", "r7", 6) LAST(p, q, "r2") \
  "ldrd r8, r9, [lr, #8]\n" \
  LOAD("r6", "r7", 1) FIRST(p, q, "r0", "r0") LOAD("r6", "r7", 3) FIRST(p, q, "r1", "r1") \
  LOAD("r6", "r7", 5) FIRST(p, q, "r2", "r2") \
  LOAD_SCALE_##v \
  SCALE_##v("r0") SCALE_##v("r1") SCALE_##v("r2") \
  "ldm sp, {r6-r9}\n" \
  "strb r0, [r6]\n strb r1, [r6, r7]\n strb r2, [r6, r7, lsl #1]\n"
#define CHUNK6_TAIL1(p, q, v) \
  "ldr r0, [lr, #24]\n ldrd r8, r9, [lr]\n ldrd r10, r11, [lr, #16]\n" \
  LOAD("r6", "r7", 0) FIRST(p, q, "r0", "r0") LOAD("r6", "r7", 2) LAST(p, q, "r0") \
  "ldrd r8, r9, [lr, #8]\n" LOAD("r6", "r7", 1) FIRST(p, q, "r0", "r0") \
  LOAD_SCALE_##v SCALE_##v("r0") \
  "ldm sp, {r6-r9}\n strb r0, [r6]\n"

/* The chunk for four channels at every position up to ends[end]; `forward` moves r6 on by the chunk's outputs, `bytes`
 * are those of its columns in the ring, less 32. */
#define POSITIONS(chunk, end, forward, bytes, label, next) \
  "ldr r9, [sp, #16+4*" #end "]\n cmp r12, r9\n beq " next "f\n" \
  label ":\n" chunk \
  "add r6, r6, #1\n str r6, [sp]\n add r12, #8\n add lr, #40\n cmp lr, r9\n bne " label "b\n" \
  "ldr r9, [sp, #16+4*" #end "]\n" forward "sub r6, #4\n str r6, [sp]\n sub lr, #160\n" \
  "add r12, #" #bytes "\n cmp r12, r9\n bne " label "b\n" \
  next ":\n"
#define TIMES1 "add r6, r6, r7\n"
#define TIMES2 "add r6, r6, r7, lsl #1\n"
#define TIMES3 TIMES2 TIMES1
#define TIMES6 TIMES2 "add r6, r6, r7, lsl #2\n"

#define BEGIN_BAND "ldr r0, [sp, #56]\n str r0, [sp]\n ldrd r12, lr, [sp, #68]\n"
#define END_BAND(done) \
  "ldrd r0, r1, [sp, #56]\n ldr r2, [sp, #64]\n add r0, r0, r1\n str r0, [sp, #56]\n" \
  "subs r2, #1\n str r2, [sp, #64]\n beq " done "\n"
#define BAND1(p, q, P, Q, v, slot, a, b, c, d, e, done) \
  CONVERT(slot, a) BEGIN_BAND \
  POSITIONS(CHUNK3(p, q, P, Q, v), 0, TIMES3, 64, b, c) \
  POSITIONS(CHUNK2(p, q, P, Q, v), 1, TIMES2, 32, d, e) END_BAND(done)
#define BAND2(p, q, v, slot, a, b, c, d, e, f, g, done) \
  CONVERT(slot, a) BEGIN_BAND \
  POSITIONS(CHUNK6(p, q, v), 0, TIMES6, 352, b, c) \
  POSITIONS(CHUNK6_TAIL3(p, q, v), 1, TIMES3, 160, d, e) \
  POSITIONS(CHUNK6_TAIL1(p, q, v), 2, TIMES1, 32, f, g) END_BAND(done)

#define BANDS(even, odd) \
  "push {r4-r11, lr}\n" \
  "sub sp, #76\n" \
  "mov r12, sp\n" \
  "ldm r0!, {r2-r11}\n stm r12!, {r2-r11}\n ldm r0, {r2-r10}\n stm r12, {r2-r10}\n" \
  "cbz r1, 1f\n" \
  "b.w 2f\n" \
  "1:\n" even \
  "2:\n" odd \
  "b.w 1b\n" \
  "3:\n" \
  "add sp, #76\n" \
  "pop {r4-r11, pc}\n"
#define BANDS1(v) \
  BANDS(BAND1("r6", "r7", "r8", "r9", v, "sub", "11", "12", "13", "14", "15", "3f"), \
        BAND1("r7", "r6", "r9", "r8", v, "add", "21", "22", "23", "24", "25", "3f"))
#define BANDS2(v) \
  BANDS(BAND2("r6", "r7", v, "sub", "11", "12", "13", "14", "15", "16", "17", "3f"), \
        BAND2("r7", "r6", v, "add", "21", "22", "23", "24", "25", "26", "27", "3f"))

/* clang-format on */

/* The arguments arrive in r0 and r1, which the compiler does not see being used. */
#define BANDS_FUNCTION(name, body)                                                                     \
  __attribute__((naked, noinline)) static void name(__attribute__((unused)) const struct bands* bands, \
                                                    __attribute__((unused)) int32_t odd) {             \
    __asm__ volatile(body);                                                                            \
  }
#define BANDS_OF(v)                    \
  BANDS_FUNCTION(bands_##v, BANDS1(v)) \
  BANDS_FUNCTION(bands2_##v, BANDS2(v))

#endif

/* Two rows of four channels into one slot of the ring, b's bytes into the high halves. */
static void convert(const struct bands* w) {
  const int8_t *a = w->a, *b = w->b;
  uint32_t* to = w->to;
  for (int32_t i = 0; i < w->columns; ++i, to += 8, a += w->step_a, b += w->step_b) {
    const uint32_t upper = mote_load4(a), lower = mote_load4(b);
    const uint32_t upper_even = mote_sxtb16(upper), upper_odd = mote_sxtb16_odd(upper);
    const uint32_t lower_even = mote_sxtb16(lower), lower_odd = mote_sxtb16_odd(lower);
    to[0] = mote_pack_low(upper_even, lower_even);
    to[2] = mote_pack_low(upper_odd, lower_odd);
    to[4] = mote_pack_high(upper_even, lower_even);
    to[6] = mote_pack_high(upper_odd, lower_odd);
  }
}

#if !defined(__ARM_FEATURE_DSP) /* The same in C, for the host: one output at a time from the same ring and weights. \
                                 */

static int32_t column_sum(uint32_t p, uint32_t q, const uint32_t* weights, int second_row) {
  const int32_t w0 = mote_low(weights[0]), w1 = mote_high(weights[0]), w2 = mote_high(weights[1]);
  if (second_row) return mote_high(p) * w0 + mote_low(q) * w1 + mote_high(q) * w2;
  return mote_low(p) * w0 + mote_high(p) * w1 + mote_low(q) * w2;
}

static void row_of_outputs(const struct bands* w, int32_t row, int32_t odd, int32_t stride, int is_signed,
                           int fraction) {
  const int32_t count = (int32_t)(w->ends[2] - w->ring) / (8 * stride);
  for (int32_t c = 0; c < 4; ++c)
    for (int32_t x = 0; x < count; ++x) {
      const struct channel* const channel = w->channels + c;
      int32_t sum = channel->bias, scaled;
      for (int32_t tap = 0; tap < 3; ++tap) {
        const uint32_t* const column = w->ring + (stride * x + tap) * 8 + c * 2;
        sum += column_sum(column[odd], column[1 - odd], channel->weights + 2 * tap, row);
      }
      if (is_signed && sum < 0) sum -= channel->negative;
      scaled = mote_multiply_high_add(sum, channel->multiplier, channel->round) >> fraction;
      w->row[row * w->jump + x * w->step + c] = (int8_t)(scaled < -128 ? -128 : scaled > 127 ? 127 : scaled);
    }
}

static void bands_portable(const struct bands* first, int32_t odd, int32_t stride, int is_signed, int fraction) {
  struct bands w = *first;
  for (; w.left > 0; --w.left, odd = !odd) {
    convert(&w);
    w.a += w.columns * w.step_a + w.next_rows;
    w.b += w.columns * w.step_b + w.next_rows;
    w.to += odd ? 1 : -1;
    row_of_outputs(&w, 0, odd, stride, is_signed, fraction);
    if (stride == 1 && w.jump != 0) row_of_outputs(&w, 1, odd, stride, is_signed, fraction);
    w.row += w.next_out;
  }
}

enum { plain_7_signed = 0, plain_9_signed = 0 };
enum { signed_7_signed = 1, signed_9_signed = 1 };
enum { plain_7_bits = 7, plain_9_bits = 9 };
enum { signed_7_bits = 7, signed_9_bits = 9 };
#define BANDS_AS(name, stride, v) \
  static void name(const struct bands* bands, int32_t odd) { bands_portable(bands, odd, stride, v##_signed, v##_bits); }
#define BANDS_OF(v)         \
  BANDS_AS(bands_##v, 1, v) \
  BANDS_AS(bands2_##v, 2, v)

#endif

/* Weights of four channels from flash to the form that the loops want. */
static void unpack(struct channel* to, const int32_t* from, int32_t round) {
  for (int32_t c = 0; c < 4; ++c, ++to, from += 5) {
    const int8_t* const w = (const int8_t*)from;
    for (int32_t tap = 0; tap < 3; ++tap) {
      const int32_t middle = w[3 + tap] * 256;
      to->weights[2 * tap] = mote_halves(w[tap] * 256, middle);
      to->weights[2 * tap + 1] = mote_halves(middle, w[6 + tap] * 256);
    }
    to->bias = from[3];
    to->multiplier = from[4];
    to->round = round;
    to->negative = (int32_t)((uint32_t)from[2] >> 8);
  }
}

/* The pair of rows that goes into the ring next; a run of such pairs if both are inside. */
static void set_rows(struct bands* w, const int8_t* input, const mote_depthwise_3x3_s8_params* p, int32_t pair,
                     const uint32_t* padding) {
  const int32_t row = 2 * pair - p->pad_top, step = p->channel_count;
  const int in_a = row >= 0 && row < p->in_h, in_b = row + 1 >= 0 && row + 1 < p->in_h;
  w->a = in_a ? input + row * p->in_w * step : (const int8_t*)padding;
  w->b = in_b ? input + (row + 1) * p->in_w * step : (const int8_t*)padding;
  w->step_a = in_a ? step : 0;
  w->step_b = in_b ? step : 0;
}

static int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }

static void run(int8_t* output, const int8_t* input, void* scratch, const mote_depthwise_3x3_s8_params* p,
                int32_t stride, bands_function compute) {
  const int32_t step = p->channel_count, row = p->out_w * step;
  const int32_t ring_columns = stride == 1 ? p->out_w + 2 : 2 * p->out_w + 1;
  const int32_t columns = least(ring_columns - p->pad_left, p->in_w);
  const int32_t band_count = stride == 1 ? (p->out_h + 1) / 2 : p->out_h;
  const int32_t whole = stride == 1 ? p->out_h / 2 : p->out_h;          /* bands with all their rows */
  const int32_t inside = least((p->in_h - 2 + p->pad_top) >> 1, whole); /* first band that may not run with others */
  const uint32_t zeros = (uint8_t)p->zero_point * 0x01010101U;
  const uint32_t zero_pair = mote_halves(p->zero_point, p->zero_point);
  struct channel* const channels = (struct channel*)scratch;
  uint32_t* const ring = (uint32_t*)scratch + 40;
  uint32_t* const slot = ring + p->pad_left * 8;
  struct bands w;
  w.step = step;
  w.channels = channels;
  w.channels_end = channels + 4;
  w.ring = ring;
  w.columns = columns;
  w.next_rows = (2 * p->in_w - columns) * step;
  w.ends[2] = ring + p->out_w * 8 * stride;
  if (stride == 1) { /* chunks of three and, for the rest, of two: 4 = 2 + 2, 5 = 3 + 2 */
    w.ends[0] = ring + (p->out_w % 3 == 1 ? p->out_w / 3 - 1 : p->out_w / 3) * 24;
    w.ends[1] = w.ends[2];
    w.next_out = 2 * row;
  } else {
    w.ends[0] = ring + p->out_w / 6 * 96;
    w.ends[1] = ring + p->out_w / 3 * 48;
    w.next_out = row;
  }
  for (int32_t i = 0; i < p->pad_left * 8; ++i) ring[i] = zero_pair;
  for (int32_t i = (p->pad_left + columns) * 8; i < ring_columns * 8; ++i) ring[i] = zero_pair;
  for (int32_t c = 0; c < step; c += 4) {
    const int32_t first = least(c, step - 4);
    unpack(channels, p->channels + first * 5, p->round);
    set_rows(&w, input + first, p, 0, &zeros);
    w.to = slot;
    convert(&w);
    w.row = output + first;
    for (int32_t band = 0; band < band_count; band += w.left, w.row += w.left * w.next_out) {
      set_rows(&w, input + first, p, band + 1, &zeros);
      w.to = slot + ((band + 1) & 1);
      w.left = w.step_a != 0 && w.step_b != 0 && band < inside ? inside - band : 1;
      w.jump = stride == 2 ? 3 * step : band < whole ? row : 0;
      compute(&w, band & 1);
    }
  }
  if (p->act_min > -128 || p->act_max < 127)
    for (int32_t i = 0; i < p->out_h * row; ++i)
      output[i] = (int8_t)(output[i] < p->act_min ? p->act_min : output[i] > p->act_max ? p->act_max : output[i]);
}

#define DEPTHWISE(v)                                                                         \
  BANDS_OF(v)                                                                                \
  void mote_depthwise_3x3_s8_##v(int8_t* output, const int8_t* input, void* scratch,         \
                                 const mote_depthwise_3x3_s8_params* p) {                    \
    run(output, input, scratch, p, 1, bands_##v);                                            \
  }                                                                                          \
  void mote_depthwise_3x3_stride2_s8_##v(int8_t* output, const int8_t* input, void* scratch, \
                                         const mote_depthwise_3x3_s8_params* p) {            \
    run(output, input, scratch, p, 2, bands2_##v);                                           \
  }
MOTE_DEPTHWISE_3X3_VARIANTS(DEPTHWISE)
