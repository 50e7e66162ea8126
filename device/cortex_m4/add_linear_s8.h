/* Addition of two int8 tensors of one shape with rescaling, as one linear form of both bytes, exact: two
 * multiplications, one saturation, one store an element. Where it stands: cortex_m4; src/kernels/add_m4.cpp finds the
 * multipliers and tries them on all 65,536 pairs of bytes. */
#ifndef MOTE_ADD_LINEAR_S8_H
#define MOTE_ADD_LINEAR_S8_H

#include <stdint.h>

/* sum = first + (a * a_multiplier >> 8) + (b * b_multiplier >> 8); output = saturate((sum + then) >> 21), all within 32
 * bits. */
typedef struct {
  int32_t count;
  int32_t a_multiplier, b_multiplier, first, then;
} mote_add_linear_s8_params;

/* `then` counts as 0. output may be a or b, or begin before them. */
void mote_add_linear_s8(int8_t* output, const int8_t* a, const int8_t* b, const mote_add_linear_s8_params* p);

/* One is taken off sums below zero before `then` is added: halves are rounded away from zero. */
void mote_add_linear_signed_s8(int8_t* output, const int8_t* a, const int8_t* b, const mote_add_linear_s8_params* p);

#endif /* MOTE_ADD_LINEAR_S8_H */
