/* See depthwise_3x3_s8_mve.h. Sixteen channels at a time, strips of four rows are interleaved in scratch, so that a word
 * holds four neighbours across the strip of one channel, and four words along it are one vector: a window of 4 x 4, in
 * which lie four windows of 3 x 3. Stride 1: one load and four VMLADAV make four outputs (two along, two across), each
 * with its own shift of the weights. Stride 2: four loads make four outputs along the strip. A strip's third row is
 * kept for the next one, since in place it is overwritten in between. */
#include "depthwise_3x3_s8_mve.h"

/* One strip's copying: 16 bytes of four rows at a time. */
typedef struct {
  const int8_t* row[4];
  int32_t step[4];
  int8_t* strip;
  int8_t* keep;        /* the third row's bytes */
  int32_t rest, taken; /* bytes there are, bytes that one time takes off them */
  int32_t count;
} fill;

/* One strip's channels. */
typedef struct {
  const uint32_t* channel;
  int32_t left; /* channels */
  const int8_t* strip;
  int8_t* out;
  int32_t strip_step, out_step;  /* bytes per four outputs */
  int32_t whole;                 /* so many times four outputs */
  int32_t part;                  /* then as often those of `mask` */
  int32_t mask, last_mask;       /* then once those of last_mask, if it is not 0; four bits an output */
  int32_t out_zero, act_min, act_max;
  int32_t column;                /* bytes from column to column of the strip */
  int32_t out_across, out_along; /* bytes from output to output */
} strip;

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */
__attribute__((naked)) static void fill_strip(__attribute__((unused)) const fill *f) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "add r12, r0, #32\n"
      "ldm r0, {r1-r8}\n"
      "ldm r12, {r0, r9, r10, r11, r12}\n"
      "dls lr, r12\n"
      "1: vctp.8 r10\n"
      "subs r10, r11\n"
      "vpstttt\n"
      "vldrbt.8 q0, [r1]\n"
      "vldrbt.8 q1, [r2]\n"
      "vldrbt.8 q2, [r3]\n"
      "vldrbt.8 q3, [r4]\n"
      "add r1, r5\n add r2, r6\n add r3, r7\n add r4, r8\n"
      "vstrb.8 q2, [r9], #16\n"
      "vst40.8 {q0, q1, q2, q3}, [r0]\n"
      "vst41.8 {q0, q1, q2, q3}, [r0]\n"
      "vst42.8 {q0, q1, q2, q3}, [r0]\n"
      "vst43.8 {q0, q1, q2, q3}, [r0]!\n"
      "le lr, 1b\n"
      "pop {r4-r11, pc}\n");
}

/* r1 strip, r3 its step, r5 bias, r7 out, r9 its step, r8 shift, r10 the struct, r11 zero point, r12 multiplier; q0 weights,
 * q4 and q5 offsets. */
#define SUMS "vmov q6[2], q6[0], r0, r4\n vmov q6[3], q6[1], r2, r6\n"
#define FOUR_1 /* q1 to q3 weights */ \
  "vldrw.u32 q6, [r1, q4]\n add r1, r3\n" \
  "vmladav.s8 r0, q6, q0\n vmladav.s8 r2, q6, q1\n vmladav.s8 r4, q6, q2\n vmladav.s8 r6, q6, q3\n" SUMS
#define FOUR_2 /* q1 to q3 offsets */ \
  "vldrw.u32 q6, [r1, q4]\n vmladav.s8 r0, q6, q0\n vldrw.u32 q6, [r1, q1]\n vmladav.s8 r2, q6, q0\n" \
  "vldrw.u32 q6, [r1, q2]\n vmladav.s8 r4, q6, q0\n vldrw.u32 q6, [r1, q3]\n vmladav.s8 r6, q6, q0\n" \
  "add r1, r3\n" SUMS
#define SCALE_plain /* q7 multiplier, r11 zero point (-128) before the shift */ \
  "vadd.i32 q6, q6, r5\n vqrdmlash.s32 q6, q7, r11\n vrshl.s32 q6, r8\n vqmovnb.s32 q6, q6\n vqmovnb.s16 q6, q6\n"
#define SCALE_any \
  "vadd.i32 q6, q6, r5\n vqrdmulh.s32 q6, q6, r12\n vshr.s32 q7, q6, #31\n vadd.i32 q6, q6, q7\n vrshl.s32 q6, r8\n" \
  "ldrd r0, r2, [r10, #44]\n vadd.i32 q6, q6, r11\n vdup.32 q7, r0\n vmax.s32 q6, q6, q7\n vdup.32 q7, r2\n" \
  "vmin.s32 q6, q6, q7\n"
#define CHANNEL_plain "vdup.32 q7, r12\n mvn r11, #127\n rsb r0, r8, #0\n lsl r11, r11, r0\n"
#define CHANNEL_any "ldr r11, [r10, #40]\n"
#define CHANNEL_1 \
  "vshl.i32 q1, q0, #8\n vmov q2, q0\n movs r6, #0\n vshlc q2, r6, #32\n vshl.i32 q3, q2, #8\n"
#define CHANNEL_2 ""
/* Offsets of four words of a window; of four outputs. */
#define OFFSETS \
  "movs r0, #0\n" \
  "ldrd r1, r2, [r10, #52]\n" \
  "ldr r3, [r10, #60]\n" \
  "vidup.u32 q4, r0, #1\n" \
  "vmul.i32 q4, q4, r1\n" \
  "movs r0, #0\n"
#define OFFSETS_1 OFFSETS \
  "adds r4, r2, r3\n" \
  "vmov q5[2], q5[0], r0, r3\n vmov q5[3], q5[1], r2, r4\n"
#define OFFSETS_2 OFFSETS \
  "lsls r1, r1, #1\n" \
  "vadd.i32 q1, q4, r1\n vadd.i32 q2, q1, r1\n vadd.i32 q3, q2, r1\n" \
  "vidup.u32 q5, r0, #1\n" \
  "vmul.i32 q5, q5, r3\n"
#define STRIP(stride, v) \
  "push {r4-r11, lr}\n" \
  "vpush {d8-d15}\n" \
  "mov r10, r0\n" \
  OFFSETS_##stride \
  "ldrd r3, r9, [r10, #16]\n" \
  "1:\n" \
  "ldrd r1, r7, [r10, #8]\n" \
  "ldrd r0, r4, [r10]\n" \
  "vldrw.32 q0, [r0]\n" \
  "ldrd r5, r12, [r0, #12]\n" \
  "ldrsb r8, [r0, #3]\n" \
  "subs r4, #1\n" \
  "adds r0, #20\n" \
  "strd r0, r4, [r10]\n" \
  "movs r0, #0\n" \
  "vbic.i32 q0, #0xff000000\n" /* the shift */ \
  "vmov.32 q0[3], r0\n" /* the bias */ \
  "adds r2, r1, #4\n" \
  "adds r6, r7, #1\n" \
  "strd r2, r6, [r10, #8]\n" \
  CHANNEL_##stride CHANNEL_##v \
  "ldr r0, [r10, #24]\n" \
  "wls lr, r0, 3f\n" \
  "2:\n" FOUR_##stride SCALE_##v \
  "vstrb.32 q6, [r7, q5]\n" \
  "add r7, r9\n" \
  "le lr, 2b\n" \
  "3:\n" \
  "ldrd r0, r2, [r10, #28]\n" \
  "vmsr p0, r2\n" \
  "wls lr, r0, 5f\n" \
  "4:\n" FOUR_##stride SCALE_##v \
  "vpst\n" \
  "vstrbt.32 q6, [r7, q5]\n" \
  "add r7, r9\n" \
  "le lr, 4b\n" \
  "ldr r0, [r10, #36]\n" \
  "cbz r0, 5f\n" \
  "vmsr p0, r0\n" \
  FOUR_##stride SCALE_##v \
  "vpst\n" \
  "vstrbt.32 q6, [r7, q5]\n" \
  "5:\n" \
  "ldr r0, [r10, #4]\n" \
  "cmp r0, #0\n" \
  "bne 1b\n" \
  "vpop {d8-d15}\n" \
  "pop {r4-r11, pc}\n"
#define STRIP_FUNCTION(name, stride, v) \
  __attribute__((naked)) static void name(__attribute__((unused)) strip *s) { __asm__ volatile(STRIP(stride, v)); }
/* clang-format on */
STRIP_FUNCTION(strip_1_plain, 1, plain)
STRIP_FUNCTION(strip_1_any, 1, any)
STRIP_FUNCTION(strip_2_plain, 2, plain)
STRIP_FUNCTION(strip_2_any, 2, any)

#else

static void fill_strip(const fill* f) {
  fill at = *f;
  for (int32_t i = 0; i < f->count; ++i, at.rest -= f->taken)
    for (int32_t k = 0; k < 4; ++k) {
      for (int32_t c = 0; c < 16; ++c) {
        const int8_t x = c < at.rest ? at.row[k][c] : 0;
        f->strip[64 * i + 4 * c + k] = x;
        if (k == 2) f->keep[16 * i + c] = x;
      }
      at.row[k] += f->step[k];
    }
}

/* Output k of four: its column of the strip, its row in it. */
static void channels_of(strip* s, int32_t stride, int is_any) {
  const int32_t times = s->whole + s->part + (s->part != 0 && s->last_mask != 0);
  const mote_mve_channel* channel = (const void*)s->channel;
  for (; s->left > 0; --s->left, ++channel, s->strip += 4, ++s->out)
    for (int32_t i = 0; i < times; ++i)
      for (int32_t k = 0; k < 4; ++k) {
        const int32_t mask = i < s->whole ? 0xffff : i < s->whole + s->part ? s->mask : s->last_mask;
        const int32_t column = stride == 1 ? k / 2 : 2 * k, row = stride == 1 ? k % 2 : 0;
        const int32_t at = stride == 1 ? row * s->out_across + column * s->out_along : k * s->out_along;
        const int8_t* x = s->strip + i * s->strip_step + column * s->column + row;
        int32_t sum = channel->bias;
        if ((mask >> (4 * k) & 1) == 0) continue;
        for (int32_t t = 0; t < 3; ++t)
          for (int32_t a = 0; a < 3; ++a) sum += x[t * s->column + a] * channel->weights[4 * t + a];
        s->out[i * s->out_step + at] =
            mote_mve_requantize(sum, channel->multiplier, channel->weights[3], s->out_zero, is_any ? s->act_min : -128,
                                is_any ? s->act_max : 127, is_any);
      }
}

static void strip_1_plain(strip* s) { channels_of(s, 1, 0); }
static void strip_1_any(strip* s) { channels_of(s, 1, 1); }
static void strip_2_plain(strip* s) { channels_of(s, 2, 0); }
static void strip_2_any(strip* s) { channels_of(s, 2, 1); }

#endif

static inline void depthwise(int8_t* out, const int8_t* in, void* scratch, const mote_depthwise_3x3_s8_mve_params* p,
                             int32_t stride, void (*run)(strip*)) {
  const int32_t group = p->channels < 16 ? p->channels : 16, column = 4 * group;
  const int32_t columns = stride == 1 ? ((p->out_along + 1) & ~1) + 2 : 2 * ((p->out_along + 3) & ~3) + 2;
  int8_t* padding = scratch; /* 16 bytes of it */
  int8_t* kept = padding + 16;
  int8_t* words = kept + ((p->in_along * group + 15) & ~15);
  /* Columns of the strip that the input fills. */
  const int32_t inside = p->in_along < columns - p->pad_along ? p->in_along : columns - p->pad_along;
  const int32_t bytes = inside * group;
  const int32_t right = (p->pad_along + inside) * column, right_bytes = columns * column - right;
  fill f;
  strip s;
  f.strip = words + p->pad_along * column;
  f.keep = kept;
  f.taken = p->linear ? 16 : 0;
  f.count = p->linear ? (bytes + 15) / 16 : inside;
  s.column = column;
  s.strip_step = (stride == 1 ? 2 : 8) * column;
  s.out_step = (stride == 1 ? 2 : 4) * p->out_along_step;
  s.out_zero = p->out_zero;
  s.act_min = p->act_min;
  s.act_max = p->act_max;
  s.out_across = p->out_across_step;
  s.out_along = p->out_along_step;
  mote_mve_fill(padding, p->in_zero, 16);
  mote_mve_fill(words, p->in_zero, p->pad_along * column);
  for (int32_t c = 0; c < p->channels; c += 16) {
    const int32_t count = p->channels - c < 16 ? p->channels - c : 16;
    for (int32_t a = 0; a < p->out_across; a += stride == 1 ? 2 : 1) {
      int32_t y = a * stride - p->pad_across;
      for (int32_t k = 0; k < 4; ++k, ++y) {
        const int is_inside = y >= 0 && y < p->in_across;
        f.row[k] = is_inside ? in + y * p->in_across_step + c : padding;
        f.step[k] = !is_inside ? 0 : p->linear ? 16 : p->in_along_step;
      }
      if (a > 0 && stride == 1) {
        f.row[0] = kept;
        f.step[0] = 16;
      }
      f.rest = p->linear ? bytes : count;
      fill_strip(&f);
      mote_mve_fill(words + right, p->in_zero, right_bytes);
      s.channel = p->channel + 5 * c;
      s.left = count;
      s.strip = words;
      s.out = out + a * p->out_across_step + c;
      if (stride == 2) {
        s.whole = p->out_along / 4;
        s.part = (p->out_along & 3) != 0;
        s.mask = (1 << (4 * (p->out_along & 3))) - 1;
        s.last_mask = 0;
      } else if (a + 1 < p->out_across) {
        s.whole = p->out_along / 2;
        s.part = p->out_along & 1;
        s.mask = 0x00ff;
        s.last_mask = 0;
      } else { /* one row alone */
        const int32_t odd = p->out_along & 1, one = p->out_along == 1;
        s.whole = 0;
        s.part = one ? 1 : p->out_along / 2;
        s.mask = one ? 0x000f : 0x0f0f;
        s.last_mask = odd && !one ? 0x000f : 0;
      }
      run(&s);
    }
  }
}

#define KERNEL(name, stride, run)                                                                                   \
  void name(int8_t* out, const int8_t* in, void* scratch, const mote_depthwise_3x3_s8_mve_params* p) {              \
    depthwise(out, in, scratch, p, stride, run);                                                                    \
  }
KERNEL(mote_depthwise_3x3_s8_mve, 1, strip_1_plain)
KERNEL(mote_depthwise_3x3_s8_mve_any, 1, strip_1_any)
KERNEL(mote_depthwise_3x3_s8_mve_stride2, 2, strip_2_plain)
KERNEL(mote_depthwise_3x3_s8_mve_stride2_any, 2, strip_2_any)
