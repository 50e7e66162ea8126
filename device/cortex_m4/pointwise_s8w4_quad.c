/* See mote_m4_quad.h for the arithmetic, mote_m4_pointwise.h for the walk. */
#include "pointwise_s8w4_quad.h"

#define DEFINE(variant, loops)                                                                                       \
  void mote_pointwise_s8w4_quad##variant(int8_t* out, const int8_t* in, void* scratch,                                  \
                                      const mote_pointwise_s8w4_quad_params* p) {                                       \
    mote_m4_pointwise(out, in, scratch, p, mote_m4_quad2_##loops, mote_m4_quad1_##loops);                                       \
  }
DEFINE(, rectified)
DEFINE(_signed, signed)
DEFINE(_coarse, rectified_coarse)
DEFINE(_signed_coarse, signed_coarse)
