/* Fixed-point arithmetic of the integer kernels: that of TensorFlow Lite Micro, double rounding included (src/ops/fixed_point.h
 * is the same for the host). Everything here is defined by C99 whatever the sign: no overflow, no shift of a negative number. */
#ifndef MOTE_MATH_H
#define MOTE_MATH_H

#include <stdint.h>

/* floor(x / 2^n), 0 <= n <= 31. Compilers make one arithmetic shift of it. */
static inline int32_t mote_shift_right(int32_t x, int32_t n) {
    return x >= 0 ? x >> n : ~(~x >> n);
}

/* floor(x / 2^31), of a value that fits 32 bits then. */
static inline int32_t mote_high_of_31(int64_t x) {
    return (int32_t)(x >= 0 ? x >> 31 : ~(~x >> 31));
}

/* x * 2^n, wrapping as the hardware does; 0 <= n <= 31. */
static inline int32_t mote_shift_left(int32_t x, int32_t n) {
    return (int32_t)((uint32_t)x << n);
}

/* a + b, wrapping. */
static inline int32_t mote_add_wrapping(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* round(a * b / 2^31), halves up. Not for a = b = -2^31. */
static inline int32_t mote_high_mul(int32_t a, int32_t b) {
    return mote_high_of_31((int64_t)a * b + ((int64_t)1 << 30));
}

/* round(x / 2^n), halves away from zero; 0 <= n <= 31. */
static inline int32_t mote_rounding_shift_right(int32_t x, int32_t n) {
    const uint32_t mask = ((uint32_t)1 << n) - 1u;
    const uint32_t threshold = (mask >> 1) + (x < 0 ? 1u : 0u);
    return mote_shift_right(x, n) + (((uint32_t)x & mask) > threshold ? 1 : 0);
}

/* x * multiplier * 2^(shift - 31); -31 <= shift <= 30, multiplier >= 0. */
static inline int32_t mote_scale(int32_t x, int32_t multiplier, int32_t shift) {
    if (shift > 0) return mote_high_mul(mote_shift_left(x, shift), multiplier);
    return mote_rounding_shift_right(mote_high_mul(x, multiplier), -shift);
}

static inline int32_t mote_clamp(int32_t x, int32_t low, int32_t high) {
    if (x < low) return low;
    return x > high ? high : x;
}

static inline float mote_clamp_real(float x, float low, float high) {
    if (x < low) return low;
    return x > high ? high : x;
}

/* The int8 of an int32 sum: scaled, zero point added, clamped to the activation's range (within int8). */
static inline int8_t mote_requantize(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero, int32_t low, int32_t high) {
    return (int8_t)mote_clamp(mote_add_wrapping(mote_scale(sum, multiplier, shift), zero), low, high);
}

/* floor(x / 2^n), 0 <= n <= 62, of a value that fits 32 bits then (else its low bits). */
static inline int32_t mote_shift_right_64(int64_t x, int32_t n) {
    return (int32_t)(uint32_t)(uint64_t)(x >= 0 ? x >> n : ~(~x >> n));
}

/* The int16 of an int16 layer's sum. `single`: |sum| < 2^47, multiplier is Q0.15 and there is one rounding, halves up, by a
 * right shift of 8..46. Else the sum fits 32 bits and is scaled as those of int8 layers are. */
static inline int16_t mote_requantize_s16(int64_t sum, int32_t multiplier, int32_t shift, int32_t single, int32_t low, int32_t high) {
    const int32_t scaled = single != 0 ? mote_shift_right_64(sum * multiplier + ((int64_t)1 << (shift - 1)), shift)
                                       : mote_scale((int32_t)sum, multiplier, shift);
    return (int16_t)mote_clamp(scaled, low, high);
}

#endif /* MOTE_MATH_H */
