/* See mote_m4_pairs16.h for the arithmetic. The windows of two output positions are copied, padding filled in, and brought side
 * by side, pair by pair. */
#include "conv2d_s16_pairs.h"

#include "mote_window.h"

static inline void gather(int16_t* patch, const int16_t* in, int32_t oy, int32_t ox, const mote_conv2d_s16_pairs_params* p) {
  const mote_taps ys = mote_clip_window(oy, p->stride_h, p->pad_top, p->dilation_h, p->filter_h, p->in_h);
  const mote_taps xs = mote_clip_window(ox, p->stride_w, p->pad_left, p->dilation_w, p->filter_w, p->in_w);
  const int32_t row = p->filter_w * p->in_c, whole = p->filter_h * row;
  if (ys.end - ys.begin < p->filter_h || xs.end - xs.begin < p->filter_w || whole != p->layer.inputs)
    memset(patch, 0, (uint32_t)(2 * p->layer.inputs));
  if (xs.end == xs.begin) return;
  for (int32_t ky = ys.begin; ky < ys.end; ++ky) {
    const int16_t* from = in + ((ys.start + ky * p->dilation_h) * p->in_w + xs.start + xs.begin * p->dilation_w) * p->in_c;
    int16_t* to = patch + ky * row + xs.begin * p->in_c;
    if (p->dilation_w == 1) {
      const int32_t n = (xs.end - xs.begin) * p->in_c;
      int32_t i = 0;
      for (; i + 2 <= n; i += 2) memcpy(to + i, from + i, 4);
      if (i < n) to[i] = from[i];
    } else {
      for (int32_t kx = xs.begin; kx < xs.end; ++kx, from += p->dilation_w * p->in_c, to += p->in_c)
        for (int32_t c = 0; c < p->in_c; ++c) to[c] = from[c];
    }
  }
}

static inline void conv2d(int16_t* out, const int16_t* in, void* scratch, const mote_conv2d_s16_pairs_params* p,
                          mote_m4_two16* two, mote_m4_one16* one) {
  const int32_t inputs = p->layer.inputs, out_c = p->layer.outputs;
  uint32_t* pairs = scratch;
  int16_t* a = (int16_t*)scratch + 2 * inputs;
  int16_t* b = a + inputs;
  for (int32_t n = 0; n < p->batches; ++n, in += p->in_h * p->in_w * p->in_c) {
    int32_t oy = 0, ox = 0;
    for (int32_t left = p->out_h * p->out_w; left > 0; left -= 2) {
      gather(a, in, oy, ox, p);
      if (++ox == p->out_w) ox = 0, ++oy;
      if (left == 1) {
        mote_m4_run16(&p->layer, pairs, a, out, 0, two, one);
        out += out_c;
        break;
      }
      gather(b, in, oy, ox, p);
      if (++ox == p->out_w) ox = 0, ++oy;
      mote_m4_interleave16(pairs, a, b, inputs);
      mote_m4_run16(&p->layer, pairs, a, out, out + out_c, two, one);
      out += 2 * out_c;
    }
  }
}

void mote_conv2d_s16_pairs(int16_t* out, const int16_t* in, void* scratch, const mote_conv2d_s16_pairs_params* p) {
  conv2d(out, in, scratch, p, mote_m4_pairs16_two_signed, mote_m4_pairs16_one_signed);
}
void mote_conv2d_s16_pairs_relu(int16_t* out, const int16_t* in, void* scratch, const mote_conv2d_s16_pairs_params* p) {
  conv2d(out, in, scratch, p, mote_m4_pairs16_two_rectified, mote_m4_pairs16_one_rectified);
}
