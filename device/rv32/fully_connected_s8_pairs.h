/* Int8 fully connected layer with two weights in a word of flash, two products in one multiplication: fast, at two bytes a
 * weight; see fully_connected_s8_pairs.c. Where it stands: rv32; packed by src/kernels/fully_connected_scalar32.cpp. */
#ifndef MOTE_FULLY_CONNECTED_S8_PAIRS_H
#define MOTE_FULLY_CONNECTED_S8_PAIRS_H

#include "mote_scalar32.h"

/* Outputs are taken in groups of twelve, and what is left in groups of four. */
typedef struct {
  int32_t rows, inputs, outputs; /* inputs are even */
  const int32_t* weights;        /* by groups: [inputs][outputs of the group / 2], the second output's weight times 65536 added */
  const int8_t* runs;            /* by groups: lengths of runs in pairs of inputs; they add up to inputs / 2 */
  mote_scales scales;
} mote_fully_connected_s8_pairs_params;

/* in: [rows][inputs], out: [rows][outputs]. */
void mote_fully_connected_s8_pairs(int8_t* out, const int8_t* in, const mote_fully_connected_s8_pairs_params* p);

#endif /* MOTE_FULLY_CONNECTED_S8_PAIRS_H */
