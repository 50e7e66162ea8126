/* See fully_connected_s8_pairs.h. x * (a + 65536 b) summed over a run of inputs is A + 65536 B modulo 2^32. The compiler makes
 * runs so short (255 * sum of |weight| < 65536) that A fits 16 bits: with 32768 more, the upper half is B. Added up over all runs
 * the words give A, for B is known then. */
#include "fully_connected_s8_pairs.h"

#define BIAS 32768U
/* Words are loaded when they are wanted: gcc would load many first and keep sums on the stack instead. */
#define IN_ORDER __asm__ volatile("" ::: "memory");

/* The sums of one group of 2 * count outputs (a constant, 6 words or 2). Gives back where the next group's runs begin. */
static inline __attribute__((always_inline)) const int8_t* group(int32_t* sums, const int8_t* x, const int32_t* weights,
                                                                 const int8_t* runs, int32_t inputs, int32_t count) {
  const int8_t* const end = x + inputs;
  const int8_t* const first = runs;
  int32_t b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0;
  uint32_t w0 = 0, w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0;
  while (x != end) {
    const int8_t* const stop = x + 2 * *runs++;
    uint32_t t0 = BIAS, t1 = BIAS, t2 = BIAS, t3 = BIAS, t4 = BIAS, t5 = BIAS;
#define INPUT(i)                                     \
  {                                                  \
    const uint32_t v = (uint32_t)(int32_t)x[i];      \
    const int32_t* const w = weights + (i) * count;  \
    t0 += v * (uint32_t)w[0];                        \
    t1 += v * (uint32_t)w[1];                        \
    IN_ORDER                                         \
    if (count > 2) {                                 \
      t2 += v * (uint32_t)w[2];                      \
      t3 += v * (uint32_t)w[3];                      \
      IN_ORDER                                       \
      t4 += v * (uint32_t)w[4];                      \
      t5 += v * (uint32_t)w[5];                      \
      IN_ORDER                                       \
    }                                                \
  }
    for (; stop - x >= 4; x += 4, weights += 4 * count) {
      INPUT(0)
      INPUT(1)
      INPUT(2)
      INPUT(3)
    }
    if (x != stop) {
      INPUT(0)
      INPUT(1)
      x += 2;
      weights += 2 * count;
    }
#define FINISH(i)              \
  {                            \
    b##i += (int32_t)t##i >> 16; \
    w##i += t##i;              \
  }
    FINISH(0)
    FINISH(1)
    if (count > 2) {
      FINISH(2)
      FINISH(3)
      FINISH(4)
      FINISH(5)
    }
  }
  const uint32_t added = (uint32_t)(runs - first) * BIAS;
#define SPLIT(i)                                                     \
  {                                                                  \
    sums[2 * (i)] = (int32_t)(w##i - ((uint32_t)b##i << 16) - added); \
    sums[2 * (i) + 1] = b##i;                                        \
  }
  SPLIT(0)
  SPLIT(1)
  if (count > 2) {
    SPLIT(2)
    SPLIT(3)
    SPLIT(4)
    SPLIT(5)
  }
  return runs;
}

static __attribute__((noinline)) const int8_t* wide(int32_t* sums, const int8_t* x, const int32_t* weights, const int8_t* runs,
                                                    int32_t inputs) {
  return group(sums, x, weights, runs, inputs, 6);
}
static __attribute__((noinline)) const int8_t* narrow(int32_t* sums, const int8_t* x, const int32_t* weights, const int8_t* runs,
                                                      int32_t inputs) {
  return group(sums, x, weights, runs, inputs, 2);
}

void mote_fully_connected_s8_pairs(int8_t* out, const int8_t* in, const mote_fully_connected_s8_pairs_params* p) {
  const mote_scales s = p->scales;
  const int32_t inputs = p->inputs, outputs = p->outputs;
  for (int32_t row = 0; row < p->rows; ++row, in += inputs) {
    const int32_t* weights = p->weights;
    const int8_t* runs = p->runs;
    for (int32_t o = 0; o < outputs;) {
      int32_t sums[12];
      const int32_t size = outputs - o >= 12 ? 12 : 4, last = outputs - o < size ? outputs : o + size;
      const int32_t* sum = sums;
      runs = size == 12 ? wide(sums, in, weights, runs, inputs) : narrow(sums, in, weights, runs, inputs);
      weights += inputs * size / 2;
      for (; o < last; ++o) {
        int32_t v = mote_scaled_sum(s.channels[2 * o], *sum++);
        if (s.negatives != 0) v -= (v >> 31) & s.negatives[o];
        *out++ = mote_rescale_plain(v, s.channels[2 * o + 1], s);
      }
    }
  }
}
