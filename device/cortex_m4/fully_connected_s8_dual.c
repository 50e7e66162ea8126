/* See mote_m4_dual.h for the arithmetic: one row at a time, inputs widened on the way, so without scratch. */
#include "fully_connected_s8_dual.h"

static inline void run(int8_t* out, const int8_t* in, const mote_fully_connected_s8_dual_params* p, mote_m4_one* one) {
  const mote_m4_groups groups = mote_m4_split(&p->layer);
  for (int32_t r = 0; r < p->rows; ++r) {
    mote_m4_run1(&p->layer, &groups, in, out, one);
    in += p->layer.inputs;
    out += p->layer.outputs;
  }
}

void mote_fully_connected_s8_dual(int8_t* out, const int8_t* in, const mote_fully_connected_s8_dual_params* p) {
  run(out, in, p, mote_m4_uniform_rectified);
}
void mote_fully_connected_s8_dual_signed(int8_t* out, const int8_t* in, const mote_fully_connected_s8_dual_params* p) {
  run(out, in, p, mote_m4_uniform_signed);
}
void mote_fully_connected_s8_dual_coarse(int8_t* out, const int8_t* in, const mote_fully_connected_s8_dual_params* p) {
  run(out, in, p, mote_m4_uniform_rectified_coarse);
}
void mote_fully_connected_s8_dual_signed_coarse(int8_t* out, const int8_t* in,
                                                const mote_fully_connected_s8_dual_params* p) {
  run(out, in, p, mote_m4_uniform_signed_coarse);
}
