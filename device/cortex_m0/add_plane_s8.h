/* Int8 addition of two tensors of one shape for cores without 64-bit products; bit-exact with TensorFlow Lite Micro:
 * src/kernels/add_m0.cpp has tried it on all pairs of bytes. */
#ifndef MOTE_ADD_PLANE_S8_H
#define MOTE_ADD_PLANE_S8_H

#include <stdint.h>

typedef struct {
  int32_t count; /* elements, > 0 */
  int32_t a_multiplier, b_multiplier, first, then;
  int32_t fraction;
} mote_add_plane_s8_params;

/* sum = first + a * a_multiplier + b * b_multiplier; signed: less 1 where that is negative, plus `then`;
 * out = sum >> fraction, saturated. `out` may be `a` or `b`. */
typedef void mote_add_plane_s8_kernel(int8_t* out, const int8_t* a, const int8_t* b, const mote_add_plane_s8_params* p);
mote_add_plane_s8_kernel mote_add_plane_s8, mote_add_plane_signed_s8;

#endif /* MOTE_ADD_PLANE_S8_H */
