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

/* How the columns of one output row (or pair of rows) are cut: `ends` are offsets into the ring, in bytes, at which the
 * long, middle and short chunks end; `total` is the last of them. */
struct walk {
  int32_t step; /* bytes from one output pixel to the next */
  int32_t jump; /* stride 1: bytes to the second output row, 0 if there is none; stride 2: 3 * step */
  int32_t ends[3];
  int32_t total;
};

/* Computes four channels of two output rows (stride 2: of one). ring: [column][4][2] words. */
typedef void (*rows_function)(const uint32_t* ring, int8_t* out, const struct channel* channels, const struct walk* w);

#if defined(__ARM_FEATURE_DSP)

/* Registers: r0-r2 sums of row A, r3-r5 of row B (stride 2: r0-r5 of the row), r6-r9 columns, r10-r11 weights, r12
 * ring, lr channel. P, Q name the words of rows (0,1) and (2,3) in the two pairs of column registers; the ring turns,
 * so there is a function for either order. Frame: 0 out, 4 step, 8 jump, 12.. ends, 24 total, 28 channels left, 32
 * first out. */
#define PROLOGUE             \
  "push {r4-r11, lr}\n"      \
  "sub sp, #36\n"            \
  "mov r12, r0\n"            \
  "mov lr, r2\n"             \
  "ldm r3, {r4-r9}\n"        \
  "add r6, r6, r0\n"         \
  "add r7, r7, r0\n"         \
  "add r8, r8, r0\n"         \
  "mov r3, r1\n"             \
  "stm sp, {r3-r9}\n"        \
  "movs r0, #4\n"            \
  "strd r0, r1, [sp, #28]\n" \
  "10:\n"
#define NEXT_CHANNEL         \
  "ldrd r0, r1, [sp, #28]\n" \
  "subs r0, #1\n"            \
  "beq 11f\n"                \
  "add r1, #1\n"             \
  "strd r0, r1, [sp, #28]\n" \
  "str r1, [sp]\n"           \
  "add r0, sp, #12\n"        \
  "ldm r0, {r3-r6}\n"        \
  "add r3, #8\n"             \
  "add r4, #8\n"             \
  "add r5, #8\n"             \
  "stm r0, {r3-r5}\n"        \
  "sub r12, r12, r6\n"       \
  "add r12, #8\n"            \
  "add lr, #40\n"            \
  "b 10b\n"                  \
  "11:\n"                    \
  "add sp, #36\n"            \
  "pop {r4-r11, pc}\n"

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
#define SCALE_plain(sum) "smmla " sum ", " sum ", r10, r11\n ssat " sum ", #8, " sum ", asr #9\n"
#define LOAD_SCALE_plain "ldrd r10, r11, [lr, #28]\n"
#define SCALE_signed(sum) "and r7, r6, " sum ", asr #31\n sub " sum ", " sum ", r7\n" SCALE_plain(sum)
#define LOAD_SCALE_signed "ldrd r10, r11, [lr, #28]\n ldr r6, [lr, #36]\n"

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
  "strb r0, [r6]\n strb r1, [r6, r7]\n strb r2, [r6, r7, lsl #1]\n" \
  "add r6, r6, r7, lsl #1\n add r6, r6, r7\n str r6, [sp]\n" \
  "add r12, #96\n"

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
  "ldm sp, {r6-r8}\n" \
  "add r8, r8, r6\n" \
  "strb r3, [r8]\n strb r4, [r8, r7]\n strb r0, [r6]\n strb r1, [r6, r7]\n" \
  "add r6, r6, r7, lsl #1\n str r6, [sp]\n" \
  "add r12, #64\n"

/* Chunks of three, then of two. */
#define ROWS_STRIDE1(p, q, P, Q, v) \
  PROLOGUE \
  "ldr r9, [sp, #12]\n" \
  "b 2f\n" \
  "1:\n" CHUNK3(p, q, P, Q, v) \
  "2:\n" \
  "cmp r12, r9\n" \
  "bne 1b\n" \
  "b 4f\n" \
  "3:\n" CHUNK2(p, q, P, Q, v) \
  "4:\n" \
  "ldr r9, [sp, #16]\n" \
  "cmp r12, r9\n" \
  "bne 3b\n" NEXT_CHANNEL

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
  "strb r0, [r6]\n strb r1, [r6, r7]\n strb r2, [r6, r7, lsl #1]\n add r6, r6, r8\n" \
  "strb r3, [r6]\n strb r4, [r6, r7]\n strb r5, [r6, r7, lsl #1]\n add r6, r6, r8\n" \
  "str r6, [sp]\n" \
  "add r12, #384\n"
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
  "ldm sp, {r6-r8}\n" \
  "strb r0, [r6]\n strb r1, [r6, r7]\n strb r2, [r6, r7, lsl #1]\n add r6, r6, r8\n" \
  "str r6, [sp]\n" \
  "add r12, #192\n"
#define CHUNK6_TAIL1(p, q, v) \
  "ldr r0, [lr, #24]\n ldrd r8, r9, [lr]\n ldrd r10, r11, [lr, #16]\n" \
  LOAD("r6", "r7", 0) FIRST(p, q, "r0", "r0") LOAD("r6", "r7", 2) LAST(p, q, "r0") \
  "ldrd r8, r9, [lr, #8]\n" LOAD("r6", "r7", 1) FIRST(p, q, "r0", "r0") \
  LOAD_SCALE_##v SCALE_##v("r0") \
  "ldm sp, {r6-r7}\n strb r0, [r6], #0\n add r6, r6, r7\n str r6, [sp]\n" \
  "add r12, #64\n"

#define ROWS_STRIDE2(p, q, v) \
  PROLOGUE "ldr r9, [sp, #12]\n b 2f\n" \
  "1:\n" CHUNK6(p, q, v) \
  "2:\n cmp r12, r9\n bne 1b\n" \
  "ldr r9, [sp, #16]\n cmp r12, r9\n beq 4f\n" \
  CHUNK6_TAIL3(p, q, v) \
  "b 4f\n" \
  "3:\n" CHUNK6_TAIL1(p, q, v) \
  "4:\n ldr r9, [sp, #20]\n cmp r12, r9\n bne 3b\n" NEXT_CHANNEL

/* clang-format on */

/* The arguments arrive in r0 to r3, which the compiler does not see being used. */
#define ROWS(name, body)                                                                                      \
  __attribute__((naked, noinline)) static void name(                                                          \
      __attribute__((unused)) const uint32_t* ring, __attribute__((unused)) int8_t* out,                      \
      __attribute__((unused)) const struct channel* channels, __attribute__((unused)) const struct walk* w) { \
    __asm__ volatile(body);                                                                                   \
  }
#define ROWS_OF(v)                                             \
  ROWS(rows_even_##v, ROWS_STRIDE1("r6", "r7", "r8", "r9", v)) \
  ROWS(rows_odd_##v, ROWS_STRIDE1("r7", "r6", "r9", "r8", v))  \
  ROWS(rows2_even_##v, ROWS_STRIDE2("r6", "r7", v))            \
  ROWS(rows2_odd_##v, ROWS_STRIDE2("r7", "r6", v))

#else /* The same in C, for the host: one output at a time from the same ring and weights. */

static int32_t column_sum(uint32_t p, uint32_t q, const uint32_t* weights, int second_row) {
  const int32_t w0 = mote_low(weights[0]), w1 = mote_high(weights[0]), w2 = mote_high(weights[1]);
  if (second_row) return mote_high(p) * w0 + mote_low(q) * w1 + mote_high(q) * w2;
  return mote_low(p) * w0 + mote_high(p) * w1 + mote_low(q) * w2;
}

static void rows_portable(const uint32_t* ring, int8_t* out, const struct channel* channels, const struct walk* w,
                          int odd, int stride, int is_signed) {
  const int32_t count = w->total / (32 * stride);
  for (int32_t c = 0; c < 4; ++c)
    for (int32_t row = stride == 1 && w->jump != 0; row >= 0; --row)
      for (int32_t x = 0; x < count; ++x) {
        int32_t sum = channels[c].bias, scaled;
        for (int32_t tap = 0; tap < 3; ++tap) {
          const uint32_t* const column = ring + (stride * x + tap) * 8 + c * 2;
          sum += column_sum(column[odd], column[1 - odd], channels[c].weights + 2 * tap, row);
        }
        if (is_signed && sum < 0) sum -= channels[c].negative;
        scaled = mote_multiply_high_add(sum, channels[c].multiplier, channels[c].round) >> 9;
        out[row * w->jump + x * w->step + c] = (int8_t)(scaled < -128 ? -128 : scaled > 127 ? 127 : scaled);
      }
}

enum { plain_is_signed = 0, signed_is_signed = 1 };
#define ROWS_AS(name, odd, stride, v)                                                                         \
  static void name(const uint32_t* ring, int8_t* out, const struct channel* channels, const struct walk* w) { \
    rows_portable(ring, out, channels, w, odd, stride, v##_is_signed);                                        \
  }
#define ROWS_OF(v)                 \
  ROWS_AS(rows_even_##v, 0, 1, v)  \
  ROWS_AS(rows_odd_##v, 1, 1, v)   \
  ROWS_AS(rows2_even_##v, 0, 2, v) \
  ROWS_AS(rows2_odd_##v, 1, 2, v)

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

/* Two rows of four channels into one slot of the ring, `to` at the first column inside; b's bytes into the high halves.
 * A row of padding is a word with step 0. */
static void convert(uint32_t* to, const int8_t* a, int32_t step_a, const int8_t* b, int32_t step_b, int32_t columns) {
  for (; columns > 0; --columns, to += 8, a += step_a, b += step_b) {
    const uint32_t upper = mote_load4(a), lower = mote_load4(b);
    const uint32_t upper_even = mote_sxtb16(upper), upper_odd = mote_sxtb16_odd(upper);
    const uint32_t lower_even = mote_sxtb16(lower), lower_odd = mote_sxtb16_odd(lower);
    to[0] = mote_pack_low(upper_even, lower_even);
    to[2] = mote_pack_low(upper_odd, lower_odd);
    to[4] = mote_pack_high(upper_even, lower_even);
    to[6] = mote_pack_high(upper_odd, lower_odd);
  }
}

/* Row pair `pair` of the padded input into its slot. */
static void convert_pair(uint32_t* ring, const int8_t* input, const mote_depthwise_3x3_s8_params* p, int32_t pair,
                         const uint32_t* padding, int32_t columns) {
  const int32_t row = 2 * pair - p->pad_top, step = p->channel_count;
  const int8_t* const a = input + row * p->in_w * step;
  const int8_t* const b = a + p->in_w * step;
  const int32_t in_a = row >= 0 && row < p->in_h, in_b = row + 1 >= 0 && row + 1 < p->in_h;
  const int8_t* const none = (const int8_t*)padding;
  convert(ring + p->pad_left * 8 + (pair & 1), in_a ? a : none, in_a ? step : 0, in_b ? b : none, in_b ? step : 0,
          columns);
}

static void run(int8_t* output, const int8_t* input, void* scratch, const mote_depthwise_3x3_s8_params* p,
                int32_t stride, rows_function even, rows_function odd) {
  const int32_t step = p->channel_count, row = p->out_w * step, rows = stride == 1 ? 2 : 1;
  const int32_t ring_columns = stride == 1 ? p->out_w + 2 : 2 * p->out_w + 1;
  const int32_t inside = ring_columns - p->pad_left, columns = inside < p->in_w ? inside : p->in_w;
  const uint32_t zeros = (uint8_t)p->zero_point * 0x01010101U;
  const uint32_t zero_pair = mote_halves(p->zero_point, p->zero_point);
  struct channel* const channels = (struct channel*)scratch;
  uint32_t* const ring = (uint32_t*)scratch + 40;
  struct walk w;
  w.step = step;
  w.total = p->out_w * 32 * stride;
  if (stride == 1) { /* chunks of three and, for the rest, of two: 4 = 2 + 2, 5 = 3 + 2 */
    w.ends[0] = (p->out_w % 3 == 1 ? p->out_w / 3 - 1 : p->out_w / 3) * 96;
    w.ends[1] = w.ends[2] = w.total;
  } else {
    w.jump = 3 * step;
    w.ends[0] = p->out_w / 6 * 384;
    w.ends[1] = p->out_w / 3 * 192;
    w.ends[2] = w.total;
  }
  for (int32_t i = 0; i < ring_columns * 8; ++i)
    if (i < p->pad_left * 8 || i >= (p->pad_left + columns) * 8) ring[i] = zero_pair;
  for (int32_t c = 0; c < step; c += 4) {
    const int32_t first = c + 4 <= step ? c : step - 4;
    const int8_t* const from = input + first;
    int8_t* to = output + first;
    unpack(channels, p->channels + first * 5, p->round);
    convert_pair(ring, from, p, 0, &zeros, columns);
    for (int32_t y = 0, pair = 0; y < p->out_h; y += rows, ++pair, to += rows * row) {
      convert_pair(ring, from, p, pair + 1, &zeros, columns);
      if (stride == 1) w.jump = y + 1 < p->out_h ? row : 0;
      (pair & 1 ? odd : even)(ring, to, channels, &w);
    }
  }
  if (p->act_min > -128 || p->act_max < 127)
    for (int32_t i = 0; i < p->out_h * row; ++i)
      output[i] = (int8_t)(output[i] < p->act_min ? p->act_min : output[i] > p->act_max ? p->act_max : output[i]);
}

#define DEPTHWISE(v)                                                                         \
  ROWS_OF(v)                                                                                 \
  void mote_depthwise_3x3_s8_##v(int8_t* output, const int8_t* input, void* scratch,         \
                                 const mote_depthwise_3x3_s8_params* p) {                    \
    run(output, input, scratch, p, 1, rows_even_##v, rows_odd_##v);                          \
  }                                                                                          \
  void mote_depthwise_3x3_stride2_s8_##v(int8_t* output, const int8_t* input, void* scratch, \
                                         const mote_depthwise_3x3_s8_params* p) {            \
    run(output, input, scratch, p, 2, rows2_even_##v, rows2_odd_##v);                        \
  }
DEPTHWISE(plain)
DEPTHWISE(signed)
