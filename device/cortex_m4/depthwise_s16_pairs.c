/* Two channels at a time: a word holds both at one tap, two words make a pair of taps for each channel, which SMLAD multiplies.
 * Windows of 3x3 inside the input are read where they stand, others from a patch where padding is filled in. */
#include "depthwise_s16_pairs.h"

#include "mote_m4.h"
#include "mote_window.h"

#if defined(__ARM_FEATURE_DSP)
static inline int32_t multiply_add(uint32_t a, uint32_t b, int32_t sum) {
  __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
}
static inline int32_t multiply_high(int32_t a, int32_t b) {
  int32_t r;
  __asm__("smmulr %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
  return r;
}
#define PACK_LOW mote_pack_low
#define PACK_HIGH mote_pack_high
#else
static int32_t multiply_add(uint32_t a, uint32_t b, int32_t sum) {
  return sum + mote_low(a) * mote_low(b) + mote_high(a) * mote_high(b);
}
static int32_t multiply_high(int32_t a, int32_t b) { return (int32_t)(((int64_t)a * b + 0x80000000) >> 32); }
#define PACK_LOW(a, b) mote_halves(mote_low(a), mote_low(b))
#define PACK_HIGH(a, b) mote_halves(mote_high(a), mote_high(b))
#endif

#define TAPS(v, u, w)                                                   \
  do {                                                                  \
    const uint32_t weights = (w);                                       \
    a = multiply_add(PACK_LOW(v, u), mote_sxtb16(weights), a);          \
    b = multiply_add(PACK_HIGH(v, u), mote_sxtb16_odd(weights), b);     \
  } while (0)

static inline int32_t clamp(int32_t y, int32_t low, int32_t high) { return y < low ? low : y > high ? high : y; }

static inline void store(int16_t* out, int32_t a, int32_t b, const uint32_t* s, const mote_depthwise_s16_pairs_params* p) {
  a = clamp(multiply_high(a, (int32_t)s[2]), p->act_min, p->act_max);
  b = clamp(multiply_high(b, (int32_t)s[3]), p->act_min, p->act_max);
  mote_store4(out, mote_halves(a, b));
}

/* All channels of one position, whose window's rows are `row` elements apart. */
static void position_3x3(int16_t* out, const int16_t* x, int32_t row, const mote_depthwise_s16_pairs_params* p) {
  const int32_t channels = p->channels;
  const uint32_t* s = p->stream;
  const int16_t *y = x + row, *z = y + row, *end = x + channels;
  for (; x != end; x += 2, y += 2, z += 2, out += 2, s += 9) {
    int32_t a = (int32_t)s[0], b = (int32_t)s[1];
    const uint32_t x0 = mote_load4(x), x1 = mote_load4(x + channels), x2 = mote_load4(x + 2 * channels);
    TAPS(x0, x1, s[4]);
    const uint32_t y0 = mote_load4(y), y1 = mote_load4(y + channels), y2 = mote_load4(y + 2 * channels);
    TAPS(x2, y0, s[5]);
    TAPS(y1, y2, s[6]);
    const uint32_t z0 = mote_load4(z), z1 = mote_load4(z + channels), z2 = mote_load4(z + 2 * channels);
    TAPS(z0, z1, s[7]);
    TAPS(z2, z2, s[8]); /* the second weight is 0 */
    store(out, a, b, s, p);
  }
}

/* The same from a patch [2 * tap_pairs][channels]. */
static void position_any(int16_t* out, const int16_t* patch, const mote_depthwise_s16_pairs_params* p) {
  const int32_t channels = p->channels;
  const uint32_t* s = p->stream;
  for (int32_t c = 0; c < channels; c += 2, s += 4 + p->tap_pairs) {
    const int16_t* v = patch + c;
    int32_t a = (int32_t)s[0], b = (int32_t)s[1];
    for (int32_t t = 0; t < p->tap_pairs; ++t, v += 2 * channels) {
      const uint32_t first = mote_load4(v), second = mote_load4(v + channels);
      TAPS(first, second, s[4 + t]);
    }
    store(out + c, a, b, s, p);
  }
}

static void gather(int16_t* patch, const int16_t* in, mote_taps ys, mote_taps xs, const mote_depthwise_s16_pairs_params* p) {
  const int32_t channels = p->channels;
  for (int32_t ky = 0; ky < p->filter_h; ++ky) {
    for (int32_t kx = 0; kx < p->filter_w; ++kx, patch += channels) {
      if (ky >= ys.begin && ky < ys.end && kx >= xs.begin && kx < xs.end) {
        const int16_t* from = in + ((ys.start + ky * p->dilation_h) * p->in_w + xs.start + kx * p->dilation_w) * channels;
        for (int32_t c = 0; c < channels; c += 2) mote_store4(patch + c, mote_load4(from + c));
      } else {
        for (int32_t c = 0; c < channels; c += 2) mote_store4(patch + c, 0);
      }
    }
  }
}

void mote_depthwise_s16_pairs(int16_t* out, const int16_t* in, void* scratch, const mote_depthwise_s16_pairs_params* p) {
  const int32_t channels = p->channels, taps = p->filter_h * p->filter_w;
  const int plain = p->filter_h == 3 && p->filter_w == 3 && p->dilation_h == 1 && p->dilation_w == 1;
  int16_t* patch = scratch;
  if (taps & 1) memset(patch + taps * channels, 0, (uint32_t)(2 * channels));
  for (int32_t n = 0; n < p->batches; ++n, in += p->in_h * p->in_w * channels) {
    for (int32_t oy = 0; oy < p->out_h; ++oy) {
      const mote_taps ys = mote_clip_window(oy, p->stride_h, p->pad_top, p->dilation_h, p->filter_h, p->in_h);
      for (int32_t ox = 0; ox < p->out_w; ++ox, out += channels) {
        const mote_taps xs = mote_clip_window(ox, p->stride_w, p->pad_left, p->dilation_w, p->filter_w, p->in_w);
        if (plain && ys.end - ys.begin == 3 && xs.end - xs.begin == 3) {
          position_3x3(out, in + (ys.start * p->in_w + xs.start) * channels, p->in_w * channels, p);
        } else {
          gather(patch, in, ys, xs, p);
          if (plain)
            position_3x3(out, patch, 3 * channels, p);
          else
            position_any(out, patch, p);
        }
      }
    }
  }
}
