/* See the header. Assembly, because eight low registers are just enough and gcc spills. */
#include "add_plane_s8.h"

#if defined(__ARM_ARCH_6M__)

/* r0 out, r1 a, r2 b, all behind their ends; r3 what is left, negative; r4, r5 multipliers; r8 first, r9 then, r10 fraction. */
#define ADD(name, correct) \
  __attribute__((naked)) void name(__attribute__((unused)) int8_t* out, __attribute__((unused)) const int8_t* a, \
                                   __attribute__((unused)) const int8_t* b, \
                                   __attribute__((unused)) const mote_add_plane_s8_params* p) { \
    __asm__ volatile( \
        ".syntax unified\n" \
        "push {r4-r7, lr}\n" \
        "mov r4, r8\n" \
        "mov r5, r9\n" \
        "mov r6, r10\n" \
        "push {r4, r5, r6}\n" \
        "ldm r3!, {r4, r5, r6, r7}\n" \
        "mov r8, r7\n" \
        "ldr r7, [r3, #0]\n" \
        "mov r9, r7\n" \
        "ldr r7, [r3, #4]\n" \
        "mov r10, r7\n" \
        "movs r7, r6\n" \
        "adds r0, r0, r4\n" \
        "adds r1, r1, r4\n" \
        "adds r2, r2, r4\n" \
        "rsbs r3, r4, #0\n" \
        "movs r4, r5\n" \
        "movs r5, r7\n" \
        "1:\n" \
        "ldrsb r6, [r1, r3]\n" \
        "ldrsb r7, [r2, r3]\n" \
        "muls r6, r4, r6\n" \
        "muls r7, r5, r7\n" \
        "adds r6, r6, r7\n" \
        "add r6, r8\n" \
        correct \
        "mov r7, r10\n" \
        "asrs r6, r7\n" \
        "sxtb r7, r6\n" \
        "cmp r6, r7\n" \
        "bne 3f\n" \
        "2:\n" \
        "strb r6, [r0, r3]\n" \
        "adds r3, r3, #1\n" \
        "bne 1b\n" \
        "pop {r4, r5, r6}\n" \
        "mov r8, r4\n" \
        "mov r9, r5\n" \
        "mov r10, r6\n" \
        "pop {r4-r7, pc}\n" \
        "3:\n" \
        "asrs r6, r6, #31\n" \
        "movs r7, #127\n" \
        "eors r6, r7\n" \
        "b 2b\n"); \
  }
ADD(mote_add_plane_s8, )
ADD(mote_add_plane_signed_s8,
    "asrs r7, r6, #31\n"
    "adds r6, r6, r7\n"
    "add r6, r9\n")

#else

static int8_t shifted(uint32_t sum, int32_t fraction) {
  const int32_t s = (int32_t)sum, y = s >= 0 ? s >> fraction : ~(~s >> fraction);
  return (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
}

static uint32_t sum_of(int8_t a, int8_t b, const mote_add_plane_s8_params* p) {
  return (uint32_t)p->first + (uint32_t)(a * p->a_multiplier) + (uint32_t)(b * p->b_multiplier);
}

void mote_add_plane_s8(int8_t* out, const int8_t* a, const int8_t* b, const mote_add_plane_s8_params* p) {
  for (int32_t i = 0; i < p->count; ++i) out[i] = shifted(sum_of(a[i], b[i], p), p->fraction);
}

void mote_add_plane_signed_s8(int8_t* out, const int8_t* a, const int8_t* b, const mote_add_plane_s8_params* p) {
  for (int32_t i = 0; i < p->count; ++i) {
    const uint32_t sum = sum_of(a[i], b[i], p);
    out[i] = shifted(sum - (sum >> 31) + (uint32_t)p->then, p->fraction);
  }
}

#endif
