/* See mote_m0_quads.h for the arithmetic. */
#include "fully_connected_s8_quads.h"

static inline void connect(int8_t* out, const int8_t* in, int32_t* x, const mote_fully_connected_s8_quads_params* p,
                           mote_m0_loops run) {
  const mote_m0_groups groups = mote_m0_split(&p->layer);
  x[p->layer.inputs - 1] = 0; /* where their number is odd */
  for (int32_t r = 0; r < p->rows; ++r, in += p->row_inputs, out += p->layer.outputs)
    mote_m0_run(&p->layer, &groups, x, mote_m0_widen(x, in, p->row_inputs), out, run);
}

void mote_fully_connected_s8_quads(int8_t* out, const int8_t* in, void* scratch,
                                   const mote_fully_connected_s8_quads_params* p) {
  connect(out, in, scratch, p, mote_m0_plain);
}
void mote_fully_connected_s8_quads_signed(int8_t* out, const int8_t* in, void* scratch,
                                          const mote_fully_connected_s8_quads_params* p) {
  connect(out, in, scratch, p, mote_m0_signed);
}
