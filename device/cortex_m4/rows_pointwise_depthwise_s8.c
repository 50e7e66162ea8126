/* See rows_pointwise_depthwise_s8.h. Row y of the tensor between stands in slot y % slots of a ring. */
#include "rows_pointwise_depthwise_s8.h"

static inline void run(int8_t* output, const int8_t* input, void* scratch,
                       const mote_rows_pointwise_depthwise_s8_params* p, mote_pointwise_s8_dual_kernel* pointwise,
                       mote_depthwise_taps_row* depthwise) {
  const mote_depthwise_taps_s8_params* const d = &p->depthwise;
  const int32_t in_row = p->pointwise.pixels * p->pointwise.in_c, row = d->in_w * d->channels;
  const int32_t out_row = d->out_w * d->channels;
  int8_t* const ring = (int8_t*)scratch;
  void* const pairs = ring + p->ring_bytes;
  int32_t* const starts = (int32_t*)(void*)(ring + p->ring_bytes + p->pointwise_bytes);
  int32_t* const offsets = starts + d->filter_h;
  int8_t* out = output;
  int32_t done = 0, slot = 0; /* rows made, where the next one goes */
  mote_depthwise_taps_rows rows;
  rows.starts = starts;
  rows.offsets = offsets;
  rows.base = 0;
  rows.made = offsets + d->taps;
  rows.zeros = (int8_t*)(rows.made + d->taps);
  for (int32_t c = 0; c < d->channels; ++c) rows.zeros[c] = (int8_t)d->zero_point;
  for (int32_t oy = 0, top = -d->pad_top; oy < d->out_h; ++oy, top += d->stride_h, out += out_row) {
    const int32_t bottom = top + (d->filter_h - 1) * d->dilation_h;
    int32_t* offset = offsets;
    for (; done <= bottom && done < d->in_h; ++done, input += in_row) {
      pointwise(ring + slot * row, input, pairs, &p->pointwise);
      slot = slot + 1 == p->slots ? 0 : slot + 1;
    }
    for (int32_t ky = 0, y = top; ky < d->filter_h; ++ky, y += d->dilation_h) {
      const int32_t at = slot - (done - y); /* row done - 1 is just before slot */
      starts[ky] = y < 0 || y >= d->in_h ? -1 : (at < 0 ? at + p->slots : at) * row;
      for (int32_t kx = 0; kx < d->filter_w; ++kx) *offset++ = starts[ky] + kx * d->dilation_w * d->channels;
    }
    rows.inside = oy >= d->first_y && oy < d->last_y;
    depthwise(out, ring, &rows, d);
  }
  if (d->act_min > -128 || d->act_max < 127)
    for (int8_t* o = output; o != out; ++o)
      *o = (int8_t)(*o < d->act_min ? d->act_min : *o > d->act_max ? d->act_max : *o);
}

#define pointwise_fine mote_pointwise_s8_dual
#define pointwise_signed mote_pointwise_s8_dual_signed
#define pointwise_coarse mote_pointwise_s8_dual_coarse
#define pointwise_signed_coarse mote_pointwise_s8_dual_signed_coarse
#define ROWS(variant, taps)                                                              \
  void mote_rows_##variant##_##taps##_s8(int8_t* output, const int8_t* input, void* scratch, \
                                         const mote_rows_pointwise_depthwise_s8_params* p) { \
    run(output, input, scratch, p, pointwise_##variant, mote_depthwise_taps_s8_row_##taps);  \
  }
MOTE_ROWS_VARIANTS(ROWS)
