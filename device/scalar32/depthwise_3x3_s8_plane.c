/* See depthwise_3x3_s8_plane.h. A row of outputs is summed four at a time, a row of the filter after the other, so that few
 * registers are enough; then it is scaled. */
#include "depthwise_3x3_s8_plane.h"

/* Inputs of a row from x on into the ring, `step` bytes apart. */
static inline void widen(int16_t* to, const int8_t* from, int32_t count, int32_t step) {
  for (; count >= 4; count -= 4, to += 4) {
    to[0] = *from;
    from += step;
    to[1] = *from;
    from += step;
    to[2] = *from;
    from += step;
    to[3] = *from;
    from += step;
  }
  for (; count > 0; --count, from += step) *to++ = *from;
}

static inline void fill(int16_t* to, int32_t value, int32_t count) {
  for (; count > 0; --count) *to++ = (int16_t)value;
}

/* With few registers gcc keeps products for later on the stack: this keeps every input's sums together. */
#if defined(__XTENSA__)
#define IN_ORDER __asm__ volatile("" ::: "memory");
#else
#define IN_ORDER
#endif

/* One row of the filter on four outputs, input by input. */
#define ROW1(row, tap)                                             \
  {                                                                \
    const int16_t* const v = (row) + x;                            \
    const int32_t w0 = w[tap], w1 = w[(tap) + 1], w2 = w[(tap) + 2]; \
    s0 += v[0] * w0;                                               \
    IN_ORDER s0 += v[1] * w1, s1 += v[1] * w0;                     \
    IN_ORDER s0 += v[2] * w2, s1 += v[2] * w1, s2 += v[2] * w0;    \
    IN_ORDER s1 += v[3] * w2, s2 += v[3] * w1, s3 += v[3] * w0;    \
    IN_ORDER s2 += v[4] * w2, s3 += v[4] * w1;                     \
    IN_ORDER s3 += v[5] * w2;                                      \
    IN_ORDER                                                       \
  }
#define ROW2(row, tap)                                             \
  {                                                                \
    const int16_t* const v = (row) + x;                            \
    const int32_t w0 = w[tap], w1 = w[(tap) + 1], w2 = w[(tap) + 2]; \
    s0 += v[0] * w0;                                               \
    IN_ORDER s0 += v[1] * w1;                                      \
    IN_ORDER s0 += v[2] * w2, s1 += v[2] * w0;                     \
    IN_ORDER s1 += v[3] * w1;                                      \
    IN_ORDER s1 += v[4] * w2, s2 += v[4] * w0;                     \
    IN_ORDER s2 += v[5] * w1;                                      \
    IN_ORDER s2 += v[6] * w2, s3 += v[6] * w0;                     \
    IN_ORDER s3 += v[7] * w1;                                      \
    IN_ORDER s3 += v[8] * w2;                                      \
    IN_ORDER                                                       \
  }
#define ONE(row, tap) (row)[x] * w[tap] + (row)[x + 1] * w[(tap) + 1] + (row)[x + 2] * w[(tap) + 2]

/* The sums of a row of outputs from three rows of inputs. */
#define SUMS(name, ROW, stride)                                                                                      \
  static __attribute__((noinline)) void name(int32_t* sums, const int16_t* const rows[3], const int16_t* w, int32_t count) { \
    const int16_t *const a = rows[0], *const b = rows[1], *const c = rows[2];                                        \
    int32_t x = 0;                                                                                                   \
    for (; count >= 4; count -= 4, x += 4 * (stride), sums += 4) {                                                   \
      int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;                                                                        \
      ROW(a, 0) ROW(b, 3) ROW(c, 6) sums[0] = s0;                                                                    \
      sums[1] = s1;                                                                                                  \
      sums[2] = s2;                                                                                                  \
      sums[3] = s3;                                                                                                  \
    }                                                                                                                \
    for (; count > 0; --count, x += (stride)) *sums++ = ONE(a, 0) + ONE(b, 3) + ONE(c, 6);                           \
  }
SUMS(sums_of_row, ROW1, 1)
SUMS(sums_of_row_2, ROW2, 2)

static __attribute__((noinline)) void store(int8_t* out, const int32_t* sums, int32_t count, int32_t step, int32_t c, mote_scales s) {
  const int32_t start = s.channels[2 * c], multiplier = s.channels[2 * c + 1];
  const int32_t* const end = sums + count;
  if (s.negatives == 0) {
    for (; sums != end; ++sums, out += step) *out = mote_rescale_plain(mote_scaled_sum(start, *sums), multiplier, s);
  } else {
    const int32_t negative = s.negatives[c];
    for (; sums != end; ++sums, out += step)
      *out = mote_rescale_signed(mote_scaled_sum(start, *sums), multiplier, negative, s);
  }
}

void mote_depthwise_3x3_s8_plane(int8_t* out, const int8_t* in, void* scratch, const mote_depthwise_3x3_s8_plane_params* p) {
  const int32_t step = p->in_step, pitch = p->columns, line = p->in_line;
  const int32_t room = pitch - p->pad_left, inside = room < p->in_w ? room : p->in_w;
  int32_t* const sums = (int32_t*)scratch;
  int16_t* const ring = (int16_t*)(void*)(sums + ((p->out_w + 3) & ~3));
  const uint32_t* words = p->weights;
  fill(ring, p->in_zero, 3 * pitch);
  for (int32_t c = 0; c < p->channels; ++c, words += 3) {
    const int8_t* from = in + c;
    int8_t* to = out + c;
    int16_t w[9];
    const int16_t* rows[3] = {ring, ring + pitch, ring + 2 * pitch};
    int32_t y = -p->pad_top; /* the row of inputs that comes next */
    int32_t wanted = 3;
    for (int32_t i = 0; i < 9; ++i) w[i] = (int8_t)(uint8_t)((words[i >> 2] >> (8 * (i & 3))) & 255U);
    for (int32_t oy = 0; oy < p->out_h; ++oy, to += p->out_line) {
      for (; wanted > 0; --wanted, ++y) {
        int16_t* const row = ring + (rows[0] - ring); /* the oldest makes room */
        rows[0] = rows[1];
        rows[1] = rows[2];
        rows[2] = row;
        if (y < 0 || y >= p->in_h) {
          fill(row + p->pad_left, p->in_zero, inside);
        } else {
          widen(row + p->pad_left, from, inside, step);
          from += line;
        }
      }
      if (p->stride == 1)
        sums_of_row(sums, rows, w, p->out_w);
      else
        sums_of_row_2(sums, rows, w, p->out_w);
      store(to, sums, p->out_w, p->out_step, c, p->scales);
      wanted = p->stride;
    }
  }
}
