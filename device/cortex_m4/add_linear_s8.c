/* See add_linear_s8.h. Two bytes of a word, each in the upper part of a half, are one AND; SMLAW multiplies 32 by 16
 * bits. Assembly, because gcc would gather the four bytes in a word first. */
#include "add_linear_s8.h"

#include "mote_m4.h"

#if defined(__ARM_FEATURE_DSP)

/* clang-format off */
/* r0 output, r1 a, r2 b, r3 and r4 multipliers, r5 first, lr then, r6 mask, r7 end of whole words. */
#define FINISH_plain(sum) "ssat " sum ", #8, " sum ", asr #21\n"
#define FINISH_signed(sum) "add " sum ", " sum ", " sum ", asr #31\n add " sum ", " sum ", lr\n" FINISH_plain(sum)
#define FOUR(v) \
  "ldr r8, [r1], #4\n ldr r9, [r2], #4\n" \
  "and r10, r6, r8, lsl #8\n and r11, r6, r9, lsl #8\n and r8, r6, r8\n and r9, r6, r9\n" \
  "smlawb r12, r3, r10, r5\n smlawb r12, r4, r11, r12\n" FINISH_##v("r12") \
  "strb r12, [r0], #4\n" \
  "smlawb r12, r3, r8, r5\n smlawb r12, r4, r9, r12\n" FINISH_##v("r12") \
  "strb r12, [r0, #-3]\n" \
  "smlawt r12, r3, r10, r5\n smlawt r12, r4, r11, r12\n" FINISH_##v("r12") \
  "strb r12, [r0, #-2]\n" \
  "smlawt r12, r3, r8, r5\n smlawt r12, r4, r9, r12\n" FINISH_##v("r12") \
  "strb r12, [r0, #-1]\n"
#define ADD(v) \
  "push {r4-r11, lr}\n" \
  "ldm r3, {r3-r7}\n" /* count, multipliers, first, then */ \
  "mov lr, r7\n" \
  "bic r7, r3, #7\n" \
  "add r7, r7, r1\n" \
  "and r8, r3, #7\n" \
  "push {r8, lr}\n" \
  "mov r3, r4\n mov r4, r5\n mov r5, r6\n" \
  "mov r6, #0xff00ff00\n" \
  "b 2f\n" \
  "1:\n" FOUR(v) FOUR(v) \
  "2:\n" \
  "cmp r1, r7\n" \
  "bne 1b\n" \
  "ldr r7, [sp], #8\n" \
  "b 4f\n" \
  "3:\n" \
  "ldrb r8, [r1], #1\n ldrb r9, [r2], #1\n lsl r8, r8, #8\n lsl r9, r9, #8\n" \
  "smlawb r12, r3, r8, r5\n smlawb r12, r4, r9, r12\n" FINISH_##v("r12") \
  "strb r12, [r0], #1\n" \
  "4:\n" \
  "subs r7, #1\n" \
  "bpl 3b\n" \
  "pop {r4-r11, pc}\n"
#define ADD_FUNCTION(name, v) \
  __attribute__((naked)) void name(__attribute__((unused)) int8_t *output, __attribute__((unused)) const int8_t *a, \
                                   __attribute__((unused)) const int8_t *b, \
                                   __attribute__((unused)) const mote_add_linear_s8_params *p) { \
    __asm__ volatile(ADD(v)); \
  }
/* clang-format on */
ADD_FUNCTION(mote_add_linear_s8, plain)
ADD_FUNCTION(mote_add_linear_signed_s8, signed)

#else

static void add(int8_t* output, const int8_t* a, const int8_t* b, const mote_add_linear_s8_params* p, int is_signed) {
  for (int32_t i = 0; i < p->count; ++i) {
    int32_t sum = p->first + (int32_t)(((int64_t)p->a_multiplier * a[i]) >> 8) +
                  (int32_t)(((int64_t)p->b_multiplier * b[i]) >> 8);
    if (is_signed) sum += p->then - (sum < 0);
    sum >>= 21;
    output[i] = (int8_t)(sum < -128 ? -128 : sum > 127 ? 127 : sum);
  }
}

void mote_add_linear_s8(int8_t* output, const int8_t* a, const int8_t* b, const mote_add_linear_s8_params* p) {
  add(output, a, b, p, 0);
}

void mote_add_linear_signed_s8(int8_t* output, const int8_t* a, const int8_t* b, const mote_add_linear_s8_params* p) {
  add(output, a, b, p, 1);
}

#endif
