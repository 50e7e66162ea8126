/* Int8 fully connected layer on cores without SIMD: two products in one multiplication; see fully_connected_s8_lanes.c. Where
 * it stands: scalar32; packed by src/kernels/fully_connected_scalar32.cpp. */
#ifndef MOTE_FULLY_CONNECTED_S8_LANES_H
#define MOTE_FULLY_CONNECTED_S8_LANES_H

#include "mote_scalar32.h"

/* Outputs are taken in groups of 4 * MOTE_LANES_WIDE, and what is left in one group, rounded up to a multiple of four. Outputs
 * with weights of like size stand together, since that makes runs longer. */
typedef struct {
  int32_t rows, inputs, outputs; /* inputs are even; weights and channels are padded to four outputs */
  const uint32_t* weights;       /* by groups: [inputs][outputs of the group / 4] words of four bytes, each 128 more than it is */
  const int8_t* runs;           /* by groups: lengths of runs in pairs of inputs; they add up to inputs / 2 */
  const int16_t* order;         /* by outputs as they are packed: which output it is */
  mote_scales scales;           /* by outputs as they are packed */
} mote_fully_connected_s8_lanes_params;

/* in: [rows][inputs], out: [rows][outputs]. scratch: 2 * (inputs / 2 + 1) bytes, 4-byte aligned. */
void mote_fully_connected_s8_lanes(int8_t* out, const int8_t* in, void* scratch, const mote_fully_connected_s8_lanes_params* p);

#endif /* MOTE_FULLY_CONNECTED_S8_LANES_H */
