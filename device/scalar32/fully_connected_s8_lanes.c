/* See fully_connected_s8_lanes.h. A word w holds the weights of four outputs as bytes u = weight + 128, so
 *   w = (u0 + 65536 u2) + 256 (u1 + 65536 u3) = even + 256 odd,
 * and x * odd is two products at once. Over a run of inputs `all` sums x * w and `odd` sums x * odd, modulo 2^32; then
 * even = all - 256 odd. 128 * 65537 times the sum of the run's inputs, which the layer knows beforehand (differences of
 * `before`), turns bytes into weights. The compiler makes runs so short (255 * sum of |weight| < 65536) that the two sums in
 * a word do not run into each other: 32768 more, and the upper half is the one sum. Added up as they are over all runs, the
 * words give the other sum, for the upper one is known. */
#include "fully_connected_s8_lanes.h"

#include "mote_lanes.h"

enum { WIDE = MOTE_LANES_WIDE }; /* words of a wide group */
#define BIAS 32768U
#define BYTES_TO_WEIGHTS 0x00800080U

/* One row of inputs on its way through the groups. */
typedef struct {
  int32_t sums[4 * WIDE]; /* of the group that was done last; the assembly knows where the first six members stand */
  const int8_t* x;
  const uint32_t* weights; /* of the next group */
  const int8_t* runs;
  const int16_t* before;
  int32_t inputs;
  int32_t left; /* outputs */
  int8_t* out;
  const int32_t* channel;
  const int32_t* negatives;
  const int16_t* order;
  const mote_scales* scales;
} row_job;

static inline __attribute__((always_inline)) void scale(row_job* j, int32_t outputs, const int32_t* negatives) {
  const mote_scales s = *j->scales;
  int8_t* const out = j->out;
  const int32_t* channel = j->channel;
  const int16_t* order = j->order;
  const int32_t* sum = j->sums;
#define SCALE(i)                                                   \
  {                                                                \
    int32_t v = mote_scaled_sum(channel[2 * (i)], sum[i]);          \
    if (negatives != 0) v -= (v >> 31) & negatives[i];              \
    out[order[i]] = mote_rescale_plain(v, channel[2 * (i) + 1], s); \
  }
  for (const int32_t* const end = sum + (outputs & ~3); sum != end; sum += 4, channel += 8, order += 4) {
    SCALE(0)
    SCALE(1)
    SCALE(2)
    SCALE(3)
    if (negatives != 0) negatives += 4;
  }
  for (int32_t i = 0; i < (outputs & 3); ++i) SCALE(i)
  j->channel = channel;
  j->negatives = negatives;
  j->order = order;
}

/* A group's sums to bytes. Says whether another group of 4 * WIDE outputs follows. */
static __attribute__((noinline, used)) int32_t finish_group(row_job* j) {
  const int32_t outputs = j->left < 4 * WIDE ? j->left : 4 * WIDE;
  if (j->negatives == 0)
    scale(j, outputs, 0);
  else
    scale(j, outputs, j->negatives);
  j->left -= outputs;
  return j->left > 4 * (WIDE - 1);
}

/* all[i], odd[i] += products of `pairs` pairs of inputs with words i of weights: run1 of one word, run_words of `count`. */
#if defined(__riscv)

/* clang-format off */
/* MULHSU of x << 24 with the odd bytes, where they stand, is x * odd: no shift. a0 inputs, a1 weights, a2 end, a3 mask. */
#define WORD(at, all, odd) \
  "lw t2, " #at "(a1)\n and t3, t2, a3\n mul t2, t2, t0\n mulhsu t3, t1, t3\n" \
  "add " all ", " all ", t2\n add " odd ", " odd ", t3\n"
#define INPUT(i) "lb t0, " #i "(a0)\n slli t1, t0, 24\n"
#define ROW3(i, w0, w1, w2) INPUT(i) WORD(w0, "a4", "a5") WORD(w1, "a6", "a7") WORD(w2, "t4", "t5")
#define ROW1(i, w0) INPUT(i) WORD(w0, "a4", "a5")

typedef struct {
  uint32_t all[3], odd[3];
} run_sums;

static inline __attribute__((always_inline)) void run1(run_sums* s, const int8_t* x, const uint32_t* weights, int32_t pairs) {
  register const int8_t* a0 __asm__("a0") = x;
  register const uint32_t* a1 __asm__("a1") = weights;
  register const int8_t* a2 __asm__("a2") = x + 2 * pairs;
  register uint32_t a3 __asm__("a3") = 0xff00ff00U;
  register uint32_t a4 __asm__("a4") = s->all[0];
  register uint32_t a5 __asm__("a5") = s->odd[0];
  __asm__ volatile(
      "1:\n" ROW1(0, 0) ROW1(1, 4)
      "addi a0, a0, 2\n addi a1, a1, 8\n"
      "bne a0, a2, 1b\n"
      : "+r"(a0), "+r"(a1), "+r"(a4), "+r"(a5)
      : "r"(a2), "r"(a3)
      : "t0", "t1", "t2", "t3", "memory");
  s->all[0] = a4, s->odd[0] = a5;
}

/* All groups of twelve outputs, or one of eight: sums of a run in a4-a7, t4, t5 as above; s0 runs, s1 before, a2 end of the run; over all
 * runs upper even, upper odd, even, odd in s2-s5, s6-s9, s10, s11, t6, ra. The stack: 0 job, 4 end of the inputs, 8 first run, 12 and on
 * what is saved. A run is done in twos, fours and eights of inputs. */
#define ROW2(i, w0, w1) INPUT(i) WORD(w0, "a4", "a5") WORD(w1, "a6", "a7")
#define ADD_RUN(all, odd, upper_even, upper_odd, even_sum, odd_sum) \
  "slli t0, " odd ", 8\n sub " all ", " all ", t0\n" \
  "srai t1, " all ", 16\n add " upper_even ", " upper_even ", t1\n" \
  "srai t2, " odd ", 16\n add " upper_odd ", " upper_odd ", t2\n" \
  "add " even_sum ", " even_sum ", " all "\n add " odd_sum ", " odd_sum ", " odd "\n"
#define SPLIT(at0, at1, at2, at3, upper_even, upper_odd, even_sum, odd_sum) \
  "slli t0, " upper_even ", 16\n sub " even_sum ", " even_sum ", t0\n sub " even_sum ", " even_sum ", t1\n" \
  "slli t0, " upper_odd ", 16\n sub " odd_sum ", " odd_sum ", t0\n sub " odd_sum ", " odd_sum ", t1\n" \
  "sw " even_sum ", " #at0 "(a0)\n sw " odd_sum ", " #at1 "(a0)\n" \
  "sw " upper_even ", " #at2 "(a0)\n sw " upper_odd ", " #at3 "(a0)\n"
/* `two`, `four`, `eight`: rows of so many inputs, whose weights take `bytes` each. */
#define GROUP(name, bytes, start, two, four, eight, add_third, split_third) \
  __attribute__((naked, noinline)) static void name(__attribute__((unused)) row_job* job) { \
    __asm__ volatile( \
        "addi sp, sp, -64\n" \
        "sw ra, 12(sp)\n sw s0, 16(sp)\n sw s1, 20(sp)\n sw s2, 24(sp)\n sw s3, 28(sp)\n sw s4, 32(sp)\n sw s5, 36(sp)\n" \
        "sw s6, 40(sp)\n sw s7, 44(sp)\n sw s8, 48(sp)\n sw s9, 52(sp)\n sw s10, 56(sp)\n sw s11, 60(sp)\n" \
        "sw a0, 0(sp)\n lw t0, 48(a0)\n lw t1, 64(a0)\n add t0, t0, t1\n sw t0, 4(sp)\n" \
        "lw a1, 52(a0)\n lw s0, 56(a0)\n li a3, 0xff00ff00\n" \
        "0:\n" \
        "sw s0, 8(sp)\n lw s1, 60(a0)\n lw a0, 48(a0)\n" \
        "li s2, 0\n li s3, 0\n li s4, 0\n li s5, 0\n li s6, 0\n li s7, 0\n" \
        "li s8, 0\n li s9, 0\n li s10, 0\n li s11, 0\n li t6, 0\n li ra, 0\n" \
        "1:\n" \
        "lb t0, 0(s0)\n addi s0, s0, 1\n slli t2, t0, 1\n add a2, a0, t2\n" \
        "lh t1, 0(s1)\n add s1, s1, t2\n lh t3, 0(s1)\n sub t3, t3, t1\n" \
        "slli t1, t3, 16\n srai t3, t1, 16\n add t1, t1, t3\n slli t1, t1, 7\n" /* 0x00800080 times the sum of the run's inputs */ \
        "lui t3, 8\n sub a5, t3, t1\n slli a4, a5, 8\n add a4, a4, a5\n" \
        "mv a6, a4\n mv a7, a5\n" start \
        "andi t0, t0, 1\n beqz t0, 2f\n" \
        two "addi a0, a0, 2\n addi a1, a1, 2 * " #bytes "\n" \
        "2:\n sub t0, a2, a0\n andi t0, t0, 4\n beqz t0, 3f\n" \
        four "addi a0, a0, 4\n addi a1, a1, 4 * " #bytes "\n" \
        "3:\n beq a0, a2, 5f\n" \
        "4:\n" eight "addi a0, a0, 8\n addi a1, a1, 8 * " #bytes "\n bne a0, a2, 4b\n" \
        "5:\n" ADD_RUN("a4", "a5", "s2", "s3", "s4", "s5") ADD_RUN("a6", "a7", "s6", "s7", "s8", "s9") add_third \
        "lw t0, 4(sp)\n" \
        "bne a0, t0, 1b\n" \
        "lw a0, 0(sp)\n lw t1, 8(sp)\n sub t1, s0, t1\n slli t1, t1, 15\n" \
        SPLIT(0, 4, 8, 12, "s2", "s3", "s4", "s5") SPLIT(16, 20, 24, 28, "s6", "s7", "s8", "s9") split_third \
        "mv s1, a1\n call finish_group\n mv t0, a0\n mv a1, s1\n lw a0, 0(sp)\n li a3, 0xff00ff00\n" \
        "bnez t0, 0b\n" \
        "sw a1, 52(a0)\n sw s0, 56(a0)\n" \
        "lw ra, 12(sp)\n lw s0, 16(sp)\n lw s1, 20(sp)\n lw s2, 24(sp)\n lw s3, 28(sp)\n lw s4, 32(sp)\n lw s5, 36(sp)\n" \
        "lw s6, 40(sp)\n lw s7, 44(sp)\n lw s8, 48(sp)\n lw s9, 52(sp)\n lw s10, 56(sp)\n lw s11, 60(sp)\n" \
        "addi sp, sp, 64\n" \
        "ret\n"); \
  }
GROUP(group3, 12, "mv t4, a4\n mv t5, a5\n", ROW3(0, 0, 4, 8) ROW3(1, 12, 16, 20),
      ROW3(0, 0, 4, 8) ROW3(1, 12, 16, 20) ROW3(2, 24, 28, 32) ROW3(3, 36, 40, 44),
      ROW3(0, 0, 4, 8) ROW3(1, 12, 16, 20) ROW3(2, 24, 28, 32) ROW3(3, 36, 40, 44)
      ROW3(4, 48, 52, 56) ROW3(5, 60, 64, 68) ROW3(6, 72, 76, 80) ROW3(7, 84, 88, 92),
      ADD_RUN("t4", "t5", "s10", "s11", "t6", "ra"), SPLIT(32, 36, 40, 44, "s10", "s11", "t6", "ra"))
GROUP(group2, 8, "", ROW2(0, 0, 4) ROW2(1, 8, 12), ROW2(0, 0, 4) ROW2(1, 8, 12) ROW2(2, 16, 20) ROW2(3, 24, 28),
      ROW2(0, 0, 4) ROW2(1, 8, 12) ROW2(2, 16, 20) ROW2(3, 24, 28)
      ROW2(4, 32, 36) ROW2(5, 40, 44) ROW2(6, 48, 52) ROW2(7, 56, 60), "", "")
/* clang-format on */

#else

typedef struct {
  uint32_t all[3], odd[3];
} run_sums;

/* The words of one input. */
#define WORD(at, i)                          \
  {                                          \
    const uint32_t w = weights[at];          \
    all##i += v * w;                         \
    odd##i += v * ((w >> 8) & 0x00ff00ffU);  \
  }
#define INPUT(k) const uint32_t v = (uint32_t)(int32_t)x[k];

static inline __attribute__((always_inline)) void run1(run_sums* s, const int8_t* x, const uint32_t* weights, int32_t pairs) {
  const int8_t* const end = x + 2 * pairs;
  uint32_t all0 = s->all[0], odd0 = s->odd[0];
  for (; x != end; x += 2, weights += 2) {
    {
      INPUT(0) WORD(0, 0)
    }
    INPUT(1) WORD(1, 0)
  }
  s->all[0] = all0, s->odd[0] = odd0;
}

#if defined(__XTENSA__)

/* gcc would keep sums on the stack. */
/* clang-format off */
#define XT_WORD(at, all, odd) \
  "l32i %[w], %[weights], " #at "\n srli %[o], %[w], 8\n and %[o], %[o], %[mask]\n mull %[w], %[w], %[v]\n" \
  "mull %[o], %[o], %[v]\n add " all ", " all ", %[w]\n add " odd ", " odd ", %[o]\n"
#define XT_INPUT(i) "l8ui %[v], %[x], " #i "\n slli %[v], %[v], 24\n srai %[v], %[v], 24\n"
static inline __attribute__((always_inline)) void run_words(run_sums* s, const int8_t* x, const uint32_t* weights, int32_t pairs,
                                                            int32_t count) { /* WIDE is 2, and so is count */
  (void)count;
  const int8_t* const end = x + 2 * pairs;
  uint32_t all0 = s->all[0], odd0 = s->odd[0], all1 = s->all[1], odd1 = s->odd[1], v, w, o;
  __asm__ volatile(
      "1:\n"
      XT_INPUT(0) XT_WORD(0, "%[all0]", "%[odd0]") XT_WORD(4, "%[all1]", "%[odd1]")
      XT_INPUT(1) XT_WORD(8, "%[all0]", "%[odd0]") XT_WORD(12, "%[all1]", "%[odd1]")
      "addi %[x], %[x], 2\n addi %[weights], %[weights], 16\n"
      "bne %[x], %[end], 1b\n"
      : [x] "+&r"(x), [weights] "+&r"(weights), [all0] "+&r"(all0), [odd0] "+&r"(odd0), [all1] "+&r"(all1),
        [odd1] "+&r"(odd1), [v] "=&r"(v), [w] "=&r"(w), [o] "=&r"(o)
      : [end] "r"(end), [mask] "r"(0x00ff00ffU)
      : "memory");
  s->all[0] = all0, s->odd[0] = odd0, s->all[1] = all1, s->odd[1] = odd1;
}
/* clang-format on */

#else

static inline __attribute__((always_inline)) void run_words(run_sums* s, const int8_t* x, const uint32_t* weights, int32_t pairs,
                                                            int32_t count) {
  for (int32_t k = 0; k < 2 * pairs; ++k)
    for (int32_t i = 0; i < count; ++i) {
      const uint32_t v = (uint32_t)(int32_t)x[k], w = weights[count * k + i];
      s->all[i] += v * w;
      s->odd[i] += v * ((w >> 8) & 0x00ff00ffU);
    }
}

#endif

#endif

/* Over all runs: the upper sums of four outputs' two words, and the words. */
typedef struct {
  int32_t upper_even, upper_odd;
  uint32_t even, odd;
} wide_sums;

/* A run's words to weights and sums; `start` stands in `odd` from the beginning. */
#define FINISH_RUN(t, r, i, start)                          \
  {                                                         \
    const uint32_t even = (r).all[i] - ((r).odd[i] << 8) + (start); \
    (t)[i].upper_even += (int32_t)even >> 16;               \
    (t)[i].upper_odd += (int32_t)(r).odd[i] >> 16;          \
    (t)[i].even += even;                                    \
    (t)[i].odd += (r).odd[i];                               \
  }

/* Sums of four outputs; `words` had BIAS added `runs` times. */
static inline void split(int32_t* sums, const wide_sums* t, uint32_t runs) {
  sums[0] = (int32_t)(t->even - ((uint32_t)t->upper_even << 16) - runs * BIAS);
  sums[1] = (int32_t)(t->odd - ((uint32_t)t->upper_odd << 16) - runs * BIAS);
  sums[2] = t->upper_even;
  sums[3] = t->upper_odd;
}

/* Groups of `count` words (1 to WIDE) a row of weights, as many as there are. */
static inline __attribute__((always_inline)) void groups(row_job* j, int32_t count) {
  do {
    wide_sums total[3] = {{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}};
    const int16_t* before = j->before;
    const int8_t* x = j->x;
    uint32_t number = 0;
    for (int32_t left = j->inputs / 2; left > 0; ++number) {
      const int32_t pairs = *j->runs++;
      const int32_t inputs_sum = (int16_t)(before[pairs] - before[0]);
      const uint32_t start = BIAS - BYTES_TO_WEIGHTS * (uint32_t)inputs_sum;
      run_sums r;
      r.odd[0] = r.odd[1] = r.odd[2] = start;
      r.all[0] = r.all[1] = r.all[2] = start << 8;
#if !defined(__riscv)
      if (count > 1)
        run_words(&r, x, j->weights, pairs, count);
      else
#endif
        run1(&r, x, j->weights, pairs);
      FINISH_RUN(total, r, 0, start)
      if (count > 1) FINISH_RUN(total, r, 1, start)
      if (count > 2) FINISH_RUN(total, r, 2, start)
      before += pairs;
      x += 2 * pairs;
      j->weights += 2 * pairs * count;
      left -= pairs;
    }
    split(j->sums, total, number);
    if (count > 1) split(j->sums + 4, total + 1, number);
    if (count > 2) split(j->sums + 8, total + 2, number);
  } while (finish_group(j));
}

static __attribute__((noinline)) void group1(row_job* j) { groups(j, 1); }
#if !defined(__riscv)
static void group2(row_job* j) { groups(j, 2); }
#if !defined(__XTENSA__)
static void group3(row_job* j) { groups(j, 3); }
#endif
#endif

void mote_fully_connected_s8_lanes(int8_t* out, const int8_t* in, void* scratch, const mote_fully_connected_s8_lanes_params* p) {
  const int32_t inputs = p->inputs;
  row_job j;
  j.before = (int16_t*)scratch;
  j.inputs = inputs;
  j.scales = &p->scales;
  for (int32_t row = 0; row < p->rows; ++row, in += inputs, out += p->outputs) {
    int16_t* to = (int16_t*)scratch;
    int32_t sum = 0;
    *to = 0;
    for (int32_t i = 0; i < inputs; i += 2) {
      sum += in[i] + in[i + 1];
      *++to = (int16_t)sum; /* modulo 2^16: only differences over a run matter */
    }
    j.x = in;
    j.weights = p->weights;
    j.runs = p->runs;
    j.left = p->outputs;
    j.out = out;
    j.channel = p->scales.channels;
    j.negatives = p->scales.negatives;
    j.order = p->order;
#if !defined(__XTENSA__)
    if (WIDE > 2 && j.left > 8) group3(&j);
#endif
    if (j.left > 4) group2(&j);
    if (j.left > 0) group1(&j);
  }
}
