/* Int8 addition of two tensors of one shape as a linear form; see add_linear_s8.c and src/kernels/add_m4.cpp, which tries all pairs
 * of bytes. As device/cortex_m4/add_linear_s8.h. output may be a. */
#ifndef MOTE_ADD_LINEAR_S8_H
#define MOTE_ADD_LINEAR_S8_H

#include <stdint.h>

/* sum = first + (a * a_multiplier >> 8) + (b * b_multiplier >> 8); output = saturate((sum + then) >> 21), where the signed
 * variant takes one off sums below zero before; `then` is 0 otherwise. */
typedef struct {
  int32_t count;
  int32_t a_multiplier, b_multiplier;
  int32_t first, then;
} mote_add_linear_s8_params;

void mote_add_linear_s8(int8_t* output, const int8_t* a, const int8_t* b, const mote_add_linear_s8_params* p);
void mote_add_linear_signed_s8(int8_t* output, const int8_t* a, const int8_t* b, const mote_add_linear_s8_params* p);

#endif /* MOTE_ADD_LINEAR_S8_H */
