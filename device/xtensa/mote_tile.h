/* Sums of a tile on LX106: four outputs of two windows; see device/scalar32/mote_tile.h, whose names these are. Bytes have no
 * load with a sign here, and bytes of flash no load at all on the ESP8266: so windows are widened to int16 side by side, weights
 * are words of four bytes, 128 more than they are, and sums start at -128 times the sum of the window. */
#ifndef MOTE_TILE_H
#define MOTE_TILE_H

#include <stdint.h>

enum { MOTE_TILE = 2 }; /* windows of a tile */

typedef uint32_t mote_tile_weight; /* a group of four outputs is [inputs], the first output's weight lowest; inputs are even */
#define MOTE_TILE_GROUP(inputs) (inputs)

/* [inputs][2], then the two starts as words. */
typedef struct {
  const int16_t* from;
} mote_tile_windows;

/* Bytes of a patch for each of MOTE_TILE windows. */
#define MOTE_TILE_PITCH(inputs) (2 * (inputs) + 4)

/* Window `w` of a patch that is being gathered: where the next input goes, and the sum until there. */
typedef struct {
  int16_t* to;
  int32_t sum;
} mote_tile_patch;

static inline mote_tile_patch mote_tile_open(void* patch, int32_t w, int32_t inputs) {
  const mote_tile_patch p = {(int16_t*)patch + w, 0};
  (void)inputs;
  return p;
}
static inline void mote_tile_fill(mote_tile_patch* p, int32_t value, int32_t count) {
  p->sum += value * count;
  for (; count > 0; --count, p->to += 2) *p->to = (int16_t)value;
}
static inline void mote_tile_copy(mote_tile_patch* p, const int8_t* from, int32_t count) {
  int32_t sum = p->sum;
  int16_t* to = p->to;
#define MOTE_TILE_COPY(i)       \
  {                             \
    const int32_t x = from[i];  \
    sum += x;                   \
    to[2 * (i)] = (int16_t)x;   \
  }
  for (; count >= 4; count -= 4, from += 4, to += 8) {
    MOTE_TILE_COPY(0)
    MOTE_TILE_COPY(1)
    MOTE_TILE_COPY(2)
    MOTE_TILE_COPY(3)
  }
  for (; count > 0; --count, ++from, to += 2) MOTE_TILE_COPY(0)
  p->sum = sum;
  p->to = to;
}
static inline void mote_tile_close(mote_tile_patch* p, void* patch, int32_t w, int32_t inputs) {
  int16_t* const end = (int16_t*)patch + 2 * inputs;
  for (; p->to < end; p->to += 2) *p->to = 0;
  ((int32_t*)(void*)end)[w] = p->sum * -128;
}
static inline mote_tile_windows mote_tile_gathered(const void* patch, int32_t inputs) {
  const mote_tile_windows windows = {(const int16_t*)patch};
  (void)inputs;
  return windows;
}

/* sums[2 * output + window] of both windows; sums[output] of the first one. */
void mote_tile_sums(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights, int32_t inputs);
void mote_tile_sums_of_one(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights,
                           int32_t inputs);

#endif /* MOTE_TILE_H */
