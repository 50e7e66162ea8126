/* The DSP instructions of Cortex-M4, M7 and M33 as functions, and the same in plain C for every other machine, so that
 * the very same kernel is tested bit for bit on the host. Where it stands: included by the kernels of this folder.
 * Source of the meanings: Armv7-M Architecture Reference Manual, chapter A7. No function here sets flags that count. */
#ifndef MOTE_M4_H
#define MOTE_M4_H

#include <stdint.h>
#include <string.h>

/* Low and high half of a word as signed numbers; a word of two halves. */
static inline int32_t mote_low(uint32_t x) { return (int16_t)(x & 0xffffU); }
static inline int32_t mote_high(uint32_t x) { return (int16_t)(x >> 16); }
static inline uint32_t mote_halves(int32_t low, int32_t high) {
  return ((uint32_t)low & 0xffffU) | ((uint32_t)high << 16);
}

/* Four bytes at any address. */
static inline uint32_t mote_load4(const void* from) {
  uint32_t x;
  memcpy(&x, from, sizeof x);
  return x;
}
static inline void mote_store4(void* to, uint32_t x) { memcpy(to, &x, sizeof x); }

#if defined(__ARM_FEATURE_DSP)

/* Bytes 0 and 2 of a word, sign-extended to halves. */
static inline uint32_t mote_sxtb16(uint32_t x) {
  uint32_t r;
  __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(x));
  return r;
}
/* Bytes 1 and 3. */
static inline uint32_t mote_sxtb16_odd(uint32_t x) {
  uint32_t r;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(x));
  return r;
}
/* low(a) | low(b) << 16 */
static inline uint32_t mote_pack_low(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(a), "r"(b));
  return r;
}
/* high(a) | high(b) << 16 */
static inline uint32_t mote_pack_high(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(r) : "r"(b), "r"(a));
  return r;
}
/* Sums and differences of halves. */
static inline uint32_t mote_add_halves(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("sadd16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
  return r;
}
static inline uint32_t mote_subtract_halves(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("ssub16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
  return r;
}
/* Halves of sums, plus bytes 0 and 2 (odd: 1 and 3) of x. */
static inline uint32_t mote_add_bytes(uint32_t sums, uint32_t x) {
  __asm__("sxtab16 %0, %0, %1" : "+r"(sums) : "r"(x));
  return sums;
}
static inline uint32_t mote_add_bytes_odd(uint32_t sums, uint32_t x) {
  __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(sums) : "r"(x));
  return sums;
}
/* The greater of every pair of signed bytes. */
static inline uint32_t mote_max_bytes(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(r) : "r"(a), "r"(b));
  return r;
}
static inline int32_t mote_saturate8(int32_t x) {
  int32_t r;
  __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(x));
  return r;
}
/* (addend * 2^32 + a * b) >> 32, rounding down: SMMLA. */
static inline int32_t mote_multiply_high_add(int32_t a, int32_t b, int32_t addend) {
  int32_t r;
  __asm__("smmla %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(addend));
  return r;
}

#else

static inline uint32_t mote_sxtb16(uint32_t x) { return mote_halves((int8_t)(x & 0xffU), (int8_t)((x >> 16) & 0xffU)); }
static inline uint32_t mote_sxtb16_odd(uint32_t x) { return mote_sxtb16(x >> 8); }
static inline uint32_t mote_add_halves(uint32_t a, uint32_t b) {
  return mote_halves(mote_low(a) + mote_low(b), mote_high(a) + mote_high(b));
}
static inline uint32_t mote_subtract_halves(uint32_t a, uint32_t b) {
  return mote_halves(mote_low(a) - mote_low(b), mote_high(a) - mote_high(b));
}
static inline int32_t mote_saturate8(int32_t x) { return x < -128 ? -128 : x > 127 ? 127 : x; }
static inline uint32_t mote_add_bytes(uint32_t sums, uint32_t x) {
  return mote_halves(mote_low(sums) + (int8_t)(x & 0xffU), mote_high(sums) + (int8_t)((x >> 16) & 0xffU));
}
static inline uint32_t mote_add_bytes_odd(uint32_t sums, uint32_t x) { return mote_add_bytes(sums, x >> 8); }
static inline uint32_t mote_max_bytes(uint32_t a, uint32_t b) {
  uint32_t r = 0;
  for (int i = 0; i < 32; i += 8) {
    const int8_t x = (int8_t)((a >> i) & 0xffU), y = (int8_t)((b >> i) & 0xffU);
    r |= (uint32_t)(uint8_t)(x > y ? x : y) << i;
  }
  return r;
}
static inline uint32_t mote_pack_low(uint32_t a, uint32_t b) { return (a & 0xffffU) | (b << 16); }
static inline uint32_t mote_pack_high(uint32_t a, uint32_t b) { return (a >> 16) | (b & 0xffff0000U); }
static inline int32_t mote_multiply_high_add(int32_t a, int32_t b, int32_t addend) {
  return (int32_t)((uint32_t)(((int64_t)a * b) >> 32) + (uint32_t)addend);
}

#endif

#endif /* MOTE_M4_H */
