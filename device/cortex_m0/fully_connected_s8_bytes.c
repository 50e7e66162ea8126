/* See mote_m0_quads.h for the arithmetic. */
#include "fully_connected_s8_bytes.h"

static inline void connect(int8_t* out, const int8_t* in, const mote_fully_connected_s8_bytes_params* p, mote_m0_loops run) {
  const mote_m0_groups groups = mote_m0_split(&p->layer);
  for (int32_t r = 0; r < p->rows; ++r, in += p->layer.inputs, out += p->layer.outputs)
    mote_m0_run(&p->layer, &groups, in, mote_m0_sum(in, p->layer.inputs), out, run);
}

void mote_fully_connected_s8_bytes(int8_t* out, const int8_t* in, const mote_fully_connected_s8_bytes_params* p) {
  const mote_m0_loops loops = {mote_m0_octets_bytes_plain, mote_m0_quads_bytes_plain};
  connect(out, in, p, loops);
}
void mote_fully_connected_s8_bytes_signed(int8_t* out, const int8_t* in, const mote_fully_connected_s8_bytes_params* p) {
  const mote_m0_loops loops = {mote_m0_octets_bytes_signed, mote_m0_quads_bytes_signed};
  connect(out, in, p, loops);
}
