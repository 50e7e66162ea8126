/* See the header. Assembly for a row of outputs, because gcc keeps no sums in the high registers; the rest is C. */
#include "depthwise_3x3_s8_ring.h"

#include "mote_m0_rescale.h"

#define LOW_BITS 13

/* What does not change along a row. */
typedef struct {
  const uint32_t* rescale;
  int32_t step;  /* bytes from output to output */
  int32_t bytes; /* step * out_w */
  int32_t fraction, round;
  const int32_t* odd; /* stride 2: the middle weights of the rows in the ring's order */
} mote_m0_row;

/* columns: the ring; weights in the ring's order of rows: stride 1: right, middle, left of each row; stride 2: right,
 * left of each row. */
typedef void mote_m0_depthwise_row(const mote_m0_row* d, const int32_t* columns, const int32_t* weights, int8_t* out);

#if defined(__ARM_ARCH_6M__)

/* The sum in high register `sum` to the next byte of the output. Frame: 0 rescale, 4 fraction, 8 round, 12 weights,
 * 16 end of the output. r12 out, lr step. */
#define STORE(sum, at, load, correct) \
  "ldr r1, [sp, #0]\n" \
  "mov r2, " sum "\n" \
  "ldm r1!, {r3, r4}\n" \
  "adds r2, r2, r3\n" \
  "cmp r2, r4\n" \
  "bhs 5" at \
  load \
  "uxth r6, r4\n" \
  "muls r6, r2, r6\n" \
  "lsrs r4, r4, #16\n" \
  "muls r4, r2, r4\n" \
  "lsrs r6, r6, #13\n" \
  "adds r4, r4, r6\n" \
  "adds r4, r4, r5\n" \
  correct \
  "ldr r2, [sp, #4]\n" \
  "asrs r4, r2\n" \
  "4" at ":\n" \
  "mov r2, r12\n" \
  "strb r4, [r2]\n" \
  "add r12, lr\n" \
  "ldr r1, [sp, #12]\n"
#define SATURATE(at, back) \
  "5" at ":\n" \
  "asrs r2, r2, #31\n" \
  "movs r4, #127\n" \
  "eors r4, r2\n" \
  "b 4" at back "\n"

#define LOAD_PLAIN "ldm r1!, {r4, r5}\n"
#define LOAD_SIGNED "ldm r1!, {r3, r4, r5}\n"
#define CORRECT_PLAIN
#define CORRECT_SIGNED \
  "ldr r6, [sp, #8]\n" \
  "cmp r4, r6\n" \
  "bge 6f\n" \
  "subs r4, r4, r3\n" \
  "6:\n"

/* r0 columns, r1 weights. Sums: a is finished by this column, b goes on, c begins. */
#define ROW(x, a, b, put, c) \
  "ldm r1!, {r5, r6, r7}\n" \
  "muls r5, " x ", r5\n" \
  "add " a ", r5\n" \
  "muls r6, " x ", r6\n" \
  "add " b ", r6\n" \
  "muls r7, " x ", r7\n" \
  put " " c ", r7\n"
#define COLUMN(a, b, c) \
  "ldm r0!, {r2, r3, r4}\n" \
  ROW("r2", a, b, "mov", c) ROW("r3", a, b, "add", c) ROW("r4", a, b, "add", c)

#define ENTER \
  ".syntax unified\n" \
  "push {r4-r7, lr}\n" \
  "mov r4, r8\n" \
  "mov r5, r9\n" \
  "mov r6, r10\n" \
  "mov r7, r11\n" \
  "push {r4-r7}\n" \
  "sub sp, #20\n" \
  "mov r12, r3\n" \
  "ldr r4, [r0, #0]\n" \
  "str r4, [sp, #0]\n" \
  "ldr r4, [r0, #12]\n" \
  "str r4, [sp, #4]\n" \
  "ldr r4, [r0, #16]\n" \
  "str r4, [sp, #8]\n" \
  "str r2, [sp, #12]\n" \
  "ldr r4, [r0, #4]\n" \
  "mov lr, r4\n" \
  "ldr r4, [r0, #8]\n" \
  "adds r3, r3, r4\n" \
  "str r3, [sp, #16]\n"
#define LEAVE \
  "add sp, #20\n" \
  "pop {r4-r7}\n" \
  "mov r8, r4\n" \
  "mov r9, r5\n" \
  "mov r10, r6\n" \
  "mov r11, r7\n" \
  "pop {r4-r7, pc}\n"

#define PARAMETERS \
  __attribute__((unused)) const mote_m0_row *d, __attribute__((unused)) const int32_t *columns, \
      __attribute__((unused)) const int32_t *weights, __attribute__((unused)) int8_t *out

/* r8, r9, r10 take turns as sums; r11 end of the output. What column 0 adds to sums that are none is overwritten. */
#define STRIDE1(name, load, correct) \
  __attribute__((naked)) static void name(PARAMETERS) { \
    __asm__ volatile( \
        ENTER \
        "mov r11, r3\n" \
        "movs r0, r1\n" \
        "movs r1, r2\n" \
        COLUMN("r8", "r9", "r10") \
        "ldr r1, [sp, #12]\n" \
        COLUMN("r9", "r10", "r8") \
        "ldr r1, [sp, #12]\n" \
        "b 1f\n" \
        SATURATE("1", "f") SATURATE("2", "f") \
        "1:\n" \
        COLUMN("r10", "r8", "r9") STORE("r10", "1", "b\n" load, correct) \
        "cmp r12, r11\n" \
        "beq 9f\n" \
        COLUMN("r8", "r9", "r10") STORE("r8", "2", "b\n" load, correct) \
        "cmp r12, r11\n" \
        "beq 9f\n" \
        COLUMN("r9", "r10", "r8") STORE("r9", "3", "f\n" load, correct) \
        "cmp r12, r11\n" \
        "beq 9f\n" \
        "b 1b\n" \
        "9:\n" LEAVE \
        SATURATE("3", "b")); \
  }
STRIDE1(stride1_plain, LOAD_PLAIN, CORRECT_PLAIN)
STRIDE1(stride1_signed, LOAD_SIGNED, CORRECT_SIGNED)

/* r8 this output's sum, r9 the next one's; r10 odd column's weights, r11 even columns'. */
#define EVEN_ROW(x, put) \
  "ldm r1!, {r5, r6}\n" \
  "muls r5, " x ", r5\n" \
  "add r8, r5\n" \
  "muls r6, " x ", r6\n" \
  put " r9, r6\n"
#define EVEN_COLUMN \
  "ldm r0!, {r2, r3, r4}\n" \
  EVEN_ROW("r2", "mov") EVEN_ROW("r3", "add") EVEN_ROW("r4", "add")
#define STRIDE2(name, load, correct) \
  __attribute__((naked)) static void name(PARAMETERS) { \
    __asm__ volatile( \
        ENTER \
        "ldr r4, [r0, #20]\n" \
        "mov r10, r4\n" \
        "mov r11, r2\n" \
        "movs r0, r1\n" \
        "movs r1, r2\n" \
        EVEN_COLUMN \
        "1:\n" \
        "mov r8, r9\n" \
        "ldm r0!, {r2, r3, r4}\n" \
        "mov r1, r10\n" \
        "ldm r1!, {r5, r6, r7}\n" \
        "muls r5, r2, r5\n" \
        "add r8, r5\n" \
        "muls r6, r3, r6\n" \
        "add r8, r6\n" \
        "muls r7, r4, r7\n" \
        "add r8, r7\n" \
        "mov r1, r11\n" \
        EVEN_COLUMN STORE("r8", "1", "f\n" load, correct) \
        "ldr r3, [sp, #16]\n" \
        "cmp r12, r3\n" \
        "bne 1b\n" \
        LEAVE \
        SATURATE("1", "b")); \
  }
STRIDE2(stride2_plain, LOAD_PLAIN, CORRECT_PLAIN)
STRIDE2(stride2_signed, LOAD_SIGNED, CORRECT_SIGNED)

/* `count` bytes, `step` bytes apart, to every third word. */
__attribute__((naked)) static void widen_row(__attribute__((unused)) int32_t* to,
                                             __attribute__((unused)) const int8_t* from,
                                             __attribute__((unused)) int32_t count,
                                             __attribute__((unused)) int32_t step) {
  __asm__ volatile(
      ".syntax unified\n"
      "push {r4, r5, lr}\n"
      "movs r4, #0\n"
      "subs r2, r2, #4\n"
      "blt 2f\n"
      "1:\n"
      "ldrsb r5, [r1, r4]\n"
      "adds r1, r1, r3\n"
      "str r5, [r0, #0]\n"
      "ldrsb r5, [r1, r4]\n"
      "adds r1, r1, r3\n"
      "str r5, [r0, #12]\n"
      "ldrsb r5, [r1, r4]\n"
      "adds r1, r1, r3\n"
      "str r5, [r0, #24]\n"
      "ldrsb r5, [r1, r4]\n"
      "adds r1, r1, r3\n"
      "str r5, [r0, #36]\n"
      "adds r0, r0, #48\n"
      "subs r2, r2, #4\n"
      "bge 1b\n"
      "2:\n"
      "adds r2, r2, #3\n"
      "blt 4f\n"
      "3:\n"
      "ldrsb r5, [r1, r4]\n"
      "adds r1, r1, r3\n"
      "str r5, [r0, #0]\n"
      "adds r0, r0, #12\n"
      "subs r2, r2, #1\n"
      "bge 3b\n"
      "4:\n"
      "pop {r4, r5, pc}\n");
}

#else

static void row(const mote_m0_row* d, const int32_t* columns, const int32_t* weights, int8_t* out, int32_t stride,
                int is_signed) {
  for (int32_t at = 0; at < d->bytes; at += d->step, columns += 3 * stride) {
    uint32_t sum = 0;
    for (int32_t r = 0; r < 3; ++r) {
      const int32_t right = weights[stride == 1 ? 3 * r : 2 * r], left = weights[stride == 1 ? 3 * r + 2 : 2 * r + 1];
      const int32_t middle = stride == 1 ? weights[3 * r + 1] : d->odd[r];
      sum += (uint32_t)(columns[r] * left + columns[r + 3] * middle + columns[r + 6] * right);
    }
    out[at] = mote_m0_rescale(sum, d->rescale, LOW_BITS, d->fraction, is_signed ? &d->round : 0);
  }
}
static void stride1_plain(const mote_m0_row* d, const int32_t* columns, const int32_t* weights, int8_t* out) {
  row(d, columns, weights, out, 1, 0);
}
static void stride1_signed(const mote_m0_row* d, const int32_t* columns, const int32_t* weights, int8_t* out) {
  row(d, columns, weights, out, 1, 1);
}
static void stride2_plain(const mote_m0_row* d, const int32_t* columns, const int32_t* weights, int8_t* out) {
  row(d, columns, weights, out, 2, 0);
}
static void stride2_signed(const mote_m0_row* d, const int32_t* columns, const int32_t* weights, int8_t* out) {
  row(d, columns, weights, out, 2, 1);
}

static void widen_row(int32_t* to, const int8_t* from, int32_t count, int32_t step) {
  for (int32_t i = 0; i < count; ++i) to[3 * i] = from[i * step];
}

#endif

/* The ring's rows begin with any of the three: weights of five rows, so that three of them are in order whichever it
 * is. */
static void expand(int32_t* to, const int8_t* w, int32_t stride) {
  for (int32_t i = 0; i < 5; ++i) {
    const int8_t* const from = w + (i == 0 || i == 3 ? 3 : i == 2 ? 0 : 6);
    if (stride == 1) {
      to[3 * i] = from[2];
      to[3 * i + 1] = from[1];
      to[3 * i + 2] = from[0];
    } else {
      to[2 * i] = from[2];
      to[2 * i + 1] = from[0];
      to[10 + i] = from[1];
    }
  }
}

static void clamp(int8_t* out, const mote_depthwise_3x3_s8_ring_params* p) {
  const int32_t count = p->out_h * p->out_w * p->channels;
  if (p->act_min == -128 && p->act_max == 127) return;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t y = out[i];
    out[i] = (int8_t)(y < p->act_min ? p->act_min : y > p->act_max ? p->act_max : y);
  }
}

static inline void depthwise(int8_t* out, const int8_t* in, int32_t* scratch,
                             const mote_depthwise_3x3_s8_ring_params* p, int32_t stride, int32_t rescale_words,
                             mote_m0_depthwise_row* run) {
  int32_t* const ring = scratch + 15;
  const int32_t channels = p->channels, columns = stride == 1 ? p->out_w + 2 : 2 * p->out_w + 1;
  const int32_t room = columns - p->pad_left, inside = p->in_w < room ? p->in_w : room;
  const uint32_t* rescale = p->rescales;
  const int8_t* weights = p->weights;
  mote_m0_row d;
  d.step = p->out_column;
  d.bytes = d.step * p->out_w;
  d.fraction = p->fraction;
  d.round = p->round;
  for (int32_t i = 0; i < 3 * columns; ++i) ring[i] = p->in_zero;
  for (int32_t c = 0; c < channels; ++c, weights += 9, rescale += rescale_words) {
    const int8_t* from = in + c;
    int8_t* to = out + c;
    int32_t next = -p->pad_top; /* row of the input that the ring takes next */
    int32_t slot = 0;           /* and where it goes */
    int32_t first = 2;          /* 2 less the slot of a window's first row */
    expand(scratch, weights, stride);
    d.rescale = rescale;
    for (int32_t oy = 0; oy < p->out_h; ++oy, to += p->out_row) {
      for (const int32_t end = oy * stride - p->pad_top + 3; next < end; ++next) {
        int32_t* const line = ring + 3 * p->pad_left + slot;
        if (next >= 0 && next < p->in_h) {
          widen_row(line, from, inside, p->in_column);
          from += p->in_row;
        } else {
          for (int32_t i = 0; i < 3 * inside; i += 3) line[i] = p->in_zero;
        }
        slot = slot == 2 ? 0 : slot + 1;
      }
      d.odd = scratch + 10 + first;
      run(&d, ring, scratch + (stride == 1 ? 3 : 2) * first, to);
      first = first >= stride ? first - stride : first + 3 - stride;
    }
  }
  clamp(out, p);
}

void mote_depthwise_3x3_s8_ring(int8_t* out, const int8_t* in, void* scratch,
                                const mote_depthwise_3x3_s8_ring_params* p) {
  depthwise(out, in, scratch, p, 1, 4, stride1_plain);
}
void mote_depthwise_3x3_s8_ring_signed(int8_t* out, const int8_t* in, void* scratch,
                                       const mote_depthwise_3x3_s8_ring_params* p) {
  depthwise(out, in, scratch, p, 1, 5, stride1_signed);
}
void mote_depthwise_3x3_stride2_s8_ring(int8_t* out, const int8_t* in, void* scratch,
                                        const mote_depthwise_3x3_s8_ring_params* p) {
  depthwise(out, in, scratch, p, 2, 4, stride2_plain);
}
void mote_depthwise_3x3_stride2_s8_ring_signed(int8_t* out, const int8_t* in, void* scratch,
                                               const mote_depthwise_3x3_s8_ring_params* p) {
  depthwise(out, in, scratch, p, 2, 5, stride2_signed);
}
