/* Inner loops of dense layers on Helium: 16 products an instruction (VMLADAVA.S8), summed over input channels. Where it
 * stands: cortex_m55; under pointwise_s8_mve, conv2d_s8_mve and fully_connected_s8_mve; src/kernels/dense_m55.cpp packs
 * what they read. Two pixels by four outputs share their loads: 14 instructions for 128 products. */
#ifndef MOTE_MVE_DENSE_H
#define MOTE_MVE_DENSE_H

#include "mote_mve.h"

typedef struct {
  const uint32_t* stream; /* for every four outputs: weights [chunks][4][16] int8, zeros after the last input; bias[4],
                             multiplier[4] int32; shift[4] int8, -31..0 */
  int32_t chunks;         /* inputs of an output / 16, rounded up */
  int32_t outputs;
  int32_t out_zero;
  int32_t act_min, act_max; /* within -128..127 */
} mote_mve_layer;

#define MOTE_MVE_GROUP_BYTES(chunks) (64 * (chunks) + 36)

/* All outputs of `pairs` pairs of pixels: the inputs of a pair begin at x0 and x1, those of the next `step` bytes
 * later; outputs follow each other. Reads 16 * chunks bytes a pixel, whatever follows its inputs. A pair's outputs are
 * written while its inputs are still read. */
typedef void mote_mve_pairs_kernel(int8_t* out, const int8_t* x0, const int8_t* x1, const mote_mve_layer* layer,
                                   int32_t pairs, int32_t step);
mote_mve_pairs_kernel mote_mve_pairs, mote_mve_pairs_signed;

/* All outputs of one pixel, eight at a time. */
typedef void mote_mve_one_kernel(int8_t* out, const int8_t* x, const mote_mve_layer* layer);
mote_mve_one_kernel mote_mve_one, mote_mve_one_signed;

/* Pixels that lie side by side, in_c bytes each. A pixel is read to the end of its last chunk, so the last pixels go
 * through scratch where that would leave the input: scratch_pixels() of them, and 16 bytes. */
typedef struct {
  int32_t pixels, in_c;
  int32_t copied; /* the last so many pixels; all before them are an even number */
} mote_mve_run;

static inline void mote_mve_pixels(int8_t* out, const int8_t* in, void* scratch, const mote_mve_run* run,
                                   const mote_mve_layer* layer, mote_mve_pairs_kernel* pairs,
                                   mote_mve_one_kernel* one) {
  const int32_t in_c = run->in_c, direct = run->pixels - run->copied;
  int32_t left = run->copied;
  if (direct != 0) pairs(out, in, in + in_c, layer, direct / 2, 2 * in_c);
  if (left == 0) return;
  const int8_t* x = in + direct * in_c;
  out += direct * layer->outputs;
  if (scratch != 0) {
    mote_mve_copy(scratch, x, left * in_c);
    x = scratch;
  }
  if (left > 1) {
    pairs(out, x, x + in_c, layer, left / 2, 2 * in_c);
    out += (left & ~1) * layer->outputs;
    x += (left & ~1) * in_c;
  }
  if ((left & 1) != 0) one(out, x, layer);
}

#endif /* MOTE_MVE_DENSE_H */
