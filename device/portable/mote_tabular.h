/* What the kernels on rows of features share. */
#ifndef MOTE_TABULAR_H
#define MOTE_TABULAR_H

#include "mote_math.h"

/* floor(sqrt(v)), a digit at a time. */
static inline uint32_t mote_root_64(uint64_t v) {
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 62; bit != 0; bit >>= 2) {
        const uint64_t trial = root + bit;
        root >>= 1;
        if (v >= trial) {
            v -= trial;
            root += bit;
        }
    }
    return (uint32_t)root;
}

/* (a - b)^2 of int16 values: below 2^32. */
static inline uint32_t mote_square_distance(int32_t a, int32_t b) {
    const uint32_t d = (uint32_t)(a > b ? a - b : b - a);
    return d * d;
}

#endif /* MOTE_TABULAR_H */
