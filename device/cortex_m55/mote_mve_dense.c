/* See mote_mve_dense.h. Assembly, because the eight sums must stay in the even core registers, which VMLADAVA demands,
 * and LR is one of them. */
#include "mote_mve_dense.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */
/* q0 sums -> results: q2 biases, q3 multipliers, q4 shifts, q5 free, q6 and q7 the activation's range, r0 zero point. */
#define SCALE_plain(q) "vadd.i32 " q ", " q ", q2\n vqrdmulh.s32 " q ", " q ", q3\n"
#define SCALE_signed(q) SCALE_plain(q) "vshr.s32 q5, " q ", #31\n vadd.i32 " q ", " q ", q5\n"
#define FINISH(v, q) SCALE_##v(q) \
  "vrshl.s32 " q ", " q ", q4\n vadd.i32 " q ", " q ", r0\n vmax.s32 " q ", " q ", q6\n vmin.s32 " q ", " q ", q7\n"

/* r1, r3 the inputs of two pixels, r5 weights; sums in r0 r2 r4 r6 and r8 r10 r12 lr. */
#define PAIR_CHUNK(a) \
  "vldrb.8 q0, [r1], #16\n vldrw.32 q2, [r5], #16\n vmladav" a ".s8 r0, q0, q2\n" \
  "vldrb.8 q1, [r3], #16\n vmladav" a ".s8 r8, q1, q2\n" \
  "vldrw.32 q3, [r5], #16\n vmladav" a ".s8 r2, q0, q3\n" \
  "vldrw.32 q4, [r5], #16\n vmladav" a ".s8 r10, q1, q3\n" \
  "vldrw.32 q5, [r5], #16\n vmladav" a ".s8 r4, q0, q4\n" \
  "vmladav" a ".s8 r12, q1, q4\n vmladav" a ".s8 r6, q0, q5\n vmladav" a ".s8 lr, q1, q5\n"
/* r1 the inputs, r3 and r5 the weights of two groups of four outputs. */
#define ONE_CHUNK(a) \
  "vldrb.8 q0, [r1], #16\n vldrw.32 q2, [r3], #16\n vmladav" a ".s8 r0, q0, q2\n" \
  "vldrw.32 q3, [r3], #16\n vmladav" a ".s8 r2, q0, q3\n" \
  "vldrw.32 q4, [r3], #16\n vmladav" a ".s8 r4, q0, q4\n" \
  "vldrw.32 q5, [r3], #16\n vmladav" a ".s8 r6, q0, q5\n" \
  "vldrw.32 q2, [r5], #16\n vmladav" a ".s8 r8, q0, q2\n" \
  "vldrw.32 q3, [r5], #16\n vmladav" a ".s8 r10, q0, q3\n" \
  "vldrw.32 q4, [r5], #16\n vmladav" a ".s8 r12, q0, q4\n" \
  "vldrw.32 q5, [r5], #16\n vmladav" a ".s8 lr, q0, q5\n"
/* r11 chunks, at least one: an odd one, or two, then two at a time. */
#define CHUNKS(chunk) \
  "lsrs r11, r11, #1\n" \
  "bcs 3f\n" \
  chunk("") chunk("a") \
  "subs r11, #1\n" \
  "beq 5f\n" \
  "b 4f\n" \
  "3:\n" \
  chunk("") \
  "beq 5f\n" \
  "4:\n" \
  chunk("a") chunk("a") \
  "subs r11, #1\n" \
  "bne 4b\n" \
  "5:\n" \
  "vmov q0[2], q0[0], r0, r4\n vmov q0[3], q0[1], r2, r6\n" \
  "vmov q1[2], q1[0], r8, r12\n vmov q1[3], q1[1], r10, lr\n"

/* r0 out, r1 x0, r2 x1, r3 layer; on the stack pairs, step. */
#define PAIRS(v) \
  "push {r4-r11, lr}\n" \
  "ldrd r4, r5, [sp, #36]\n" \
  "vpush {d8-d15}\n" \
  "ldm r3, {r6-r11}\n" \
  "vdup.32 q6, r10\n" \
  "vdup.32 q7, r11\n" \
  "push {r1, r2, r4, r5, r6, r7, r8, r9}\n" /* x0 0, x1 4, pairs 8, step 12, stream 16, chunks 20, outputs 24, zero 28 */ \
  "mov r7, r0\n" \
  "mov r9, r8\n" \
  "mov r5, r6\n" \
  "1:\n" /* a pair */ \
  "2:\n" /* four outputs of it */ \
  "ldrd r1, r3, [sp]\n" \
  "ldr r11, [sp, #20]\n" \
  CHUNKS(PAIR_CHUNK) \
  "ldrd r2, r0, [sp, #24]\n" \
  "vldrw.32 q2, [r5], #16\n vldrw.32 q3, [r5], #16\n vldrb.s32 q4, [r5], #4\n" \
  FINISH(v, "q0") FINISH(v, "q1") \
  "add r2, r7\n" \
  "vctp.32 r9\n" \
  "vpstt\n" \
  "vstrbt.32 q0, [r7], #4\n" \
  "vstrbt.32 q1, [r2]\n" \
  "subs r9, #4\n" \
  "bgt 2b\n" \
  "ldrd r1, r3, [sp]\n" \
  "ldrd r11, r4, [sp, #8]\n" \
  "ldrd r5, r6, [sp, #16]\n" \
  "ldr r8, [sp, #24]\n" \
  "add r1, r4\n" \
  "add r3, r4\n" \
  "add r7, r9\n" /* minus what the last group is short of four */ \
  "add r7, r8\n" \
  "mov r9, r8\n" \
  "strd r1, r3, [sp]\n" \
  "subs r11, #1\n" \
  "str r11, [sp, #8]\n" \
  "bne 1b\n" \
  "add sp, #32\n" \
  "vpop {d8-d15}\n" \
  "pop {r4-r11, pc}\n"

/* r0 out, r1 x, r2 layer. */
#define ONE(v) \
  "push {r4-r11, lr}\n" \
  "vpush {d8-d15}\n" \
  "ldm r2, {r6-r11}\n" \
  "vdup.32 q6, r10\n" \
  "vdup.32 q7, r11\n" \
  "lsls r5, r7, #6\n" \
  "adds r5, #36\n" \
  "push {r1, r5, r7, r9}\n" /* x 0, bytes of a group 4, chunks 8, zero 12 */ \
  "mov r7, r0\n" \
  "mov r3, r6\n" \
  "mov r9, r8\n" \
  "2:\n" /* eight outputs, or the last four twice */ \
  "ldrd r1, r5, [sp]\n" \
  "cmp r9, #4\n" \
  "ite gt\n" \
  "addgt r5, r5, r3\n" \
  "movle r5, r3\n" \
  "ldr r11, [sp, #8]\n" \
  CHUNKS(ONE_CHUNK) \
  "ldr r0, [sp, #12]\n" \
  "vldrw.32 q2, [r3], #16\n vldrw.32 q3, [r3], #16\n vldrb.s32 q4, [r3], #4\n" \
  FINISH(v, "q0") \
  "vldrw.32 q2, [r5], #16\n vldrw.32 q3, [r5], #16\n vldrb.s32 q4, [r5], #4\n" \
  FINISH(v, "q1") \
  "subs r2, r9, #4\n" \
  "bic r2, r2, r2, asr #31\n" \
  "vctp.32 r9\n" \
  "vpst\n" \
  "vstrbt.32 q0, [r7], #4\n" \
  "vctp.32 r2\n" \
  "vpst\n" \
  "vstrbt.32 q1, [r7], #4\n" \
  "mov r3, r5\n" \
  "subs r9, #8\n" \
  "bgt 2b\n" \
  "add sp, #16\n" \
  "vpop {d8-d15}\n" \
  "pop {r4-r11, pc}\n"

#define PAIRS_FUNCTION(name, v) \
  __attribute__((naked)) void name(__attribute__((unused)) int8_t *out, __attribute__((unused)) const int8_t *x0, \
                                   __attribute__((unused)) const int8_t *x1, \
                                   __attribute__((unused)) const mote_mve_layer *layer, \
                                   __attribute__((unused)) int32_t pairs, __attribute__((unused)) int32_t step) { \
    __asm__ volatile(PAIRS(v)); \
  }
#define ONE_FUNCTION(name, v) \
  __attribute__((naked)) void name(__attribute__((unused)) int8_t *out, __attribute__((unused)) const int8_t *x, \
                                   __attribute__((unused)) const mote_mve_layer *layer) { \
    __asm__ volatile(ONE(v)); \
  }
/* clang-format on */
PAIRS_FUNCTION(mote_mve_pairs, plain)
PAIRS_FUNCTION(mote_mve_pairs_signed, signed)
ONE_FUNCTION(mote_mve_one, plain)
ONE_FUNCTION(mote_mve_one_signed, signed)

#else

static void one(int8_t* out, const int8_t* x, const mote_mve_layer* l, int is_signed) {
  const int8_t* stream = (const int8_t*)l->stream;
  for (int32_t o = 0; o < l->outputs; o += 4, stream += MOTE_MVE_GROUP_BYTES(l->chunks)) {
    const int8_t* after = stream + 64 * l->chunks;
    int32_t bias[4], multiplier[4];
    memcpy(bias, after, sizeof bias);
    memcpy(multiplier, after + 16, sizeof multiplier);
    for (int32_t k = 0; k < 4 && o + k < l->outputs; ++k) {
      int32_t sum = bias[k];
      for (int32_t i = 0; i < 16 * l->chunks; ++i) sum += x[i] * stream[i / 16 * 64 + 16 * k + i % 16];
      out[o + k] =
          mote_mve_requantize(sum, multiplier[k], after[32 + k], l->out_zero, l->act_min, l->act_max, is_signed);
    }
  }
}

static void two(int8_t* out, const int8_t* x0, const int8_t* x1, const mote_mve_layer* l, int32_t pairs, int32_t step,
                int is_signed) {
  for (; pairs > 0; --pairs, x0 += step, x1 += step, out += 2 * l->outputs) {
    one(out, x0, l, is_signed);
    one(out + l->outputs, x1, l, is_signed);
  }
}

void mote_mve_pairs(int8_t* out, const int8_t* x0, const int8_t* x1, const mote_mve_layer* layer, int32_t pairs,
                    int32_t step) {
  two(out, x0, x1, layer, pairs, step, 0);
}

void mote_mve_pairs_signed(int8_t* out, const int8_t* x0, const int8_t* x1, const mote_mve_layer* layer, int32_t pairs,
                           int32_t step) {
  two(out, x0, x1, layer, pairs, step, 1);
}

void mote_mve_one(int8_t* out, const int8_t* x, const mote_mve_layer* layer) { one(out, x, layer, 0); }
void mote_mve_one_signed(int8_t* out, const int8_t* x, const mote_mve_layer* layer) { one(out, x, layer, 1); }

#endif
