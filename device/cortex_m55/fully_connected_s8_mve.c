/* See mote_mve_dense.h: one row of inputs against eight outputs at a time. */
#include "fully_connected_s8_mve.h"

static inline void rows_of(int8_t* out, const int8_t* in, const mote_fully_connected_s8_mve_params* p,
                           mote_mve_one_kernel* one) {
  for (int32_t n = p->rows; n > 0; --n, in += 16 * p->layer.chunks, out += p->layer.outputs) one(out, in, &p->layer);
}

void mote_fully_connected_s8_mve(int8_t* out, const int8_t* in, const mote_fully_connected_s8_mve_params* p) {
  rows_of(out, in, p, mote_mve_one);
}

void mote_fully_connected_s8_mve_signed(int8_t* out, const int8_t* in, const mote_fully_connected_s8_mve_params* p) {
  rows_of(out, in, p, mote_mve_one_signed);
}
