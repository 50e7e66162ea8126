/* Integer square roots, and multipliers divided by them; src/ops/normalise.cpp is the same for the host. */
#ifndef MOTE_ROOT_H
#define MOTE_ROOT_H

#include <stdint.h>

/* floor(sqrt(v)) */
static inline uint32_t mote_root_of(uint64_t v) {
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= v) root += bit;
    return (uint32_t)root;
}

/* multiplier * 2^shift divided by root, which is not 0; a multiplier of 0 stays. */
static inline void mote_divide_by_root(int32_t *multiplier, int32_t *shift, uint32_t root) {
    if (*multiplier == 0) return;
    while ((root & 0x80000000u) == 0) {
        root <<= 1;
        ++*shift;
    }
    uint64_t quotient = ((uint64_t)(uint32_t)*multiplier << 31) / root;
    *shift -= 31;
    while (quotient < ((uint32_t)1 << 30)) {
        quotient <<= 1;
        --*shift;
    }
    *multiplier = quotient > 0x7fffffffu ? 0x7fffffff : (int32_t)quotient;
    if (*shift < -31) *multiplier = *shift = 0;
}

#endif /* MOTE_ROOT_H */
