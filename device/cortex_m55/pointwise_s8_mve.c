/* See mote_mve_dense.h for the arithmetic. Every pixel is its own window: pixels are read where they stand. */
#include "pointwise_s8_mve.h"

void mote_pointwise_s8_mve(int8_t* out, const int8_t* in, void* scratch, const mote_pointwise_s8_mve_params* p) {
  mote_mve_pixels(out, in, scratch, &p->run, &p->layer, mote_mve_pairs, mote_mve_one);
}

void mote_pointwise_s8_mve_signed(int8_t* out, const int8_t* in, void* scratch, const mote_pointwise_s8_mve_params* p) {
  mote_mve_pixels(out, in, scratch, &p->run, &p->layer, mote_mve_pairs_signed, mote_mve_one_signed);
}
