/* Sums of a tile: four outputs of several windows, the inner loop of the dense layers on cores without SIMD. Every weight
 * and every input of a tile is loaded once, and all sums stay in registers. Here windows are bytes as they stand, four at a
 * time; device/xtensa has another form with the same names. */
#ifndef MOTE_TILE_H
#define MOTE_TILE_H

#include <stdint.h>

enum { MOTE_TILE = 4 }; /* windows of a tile */

typedef int8_t mote_tile_weight; /* a group of four outputs is [inputs][4] */
#define MOTE_TILE_GROUP(inputs) (4 * (inputs))

/* Windows that are ready, `pitch` bytes apart. */
typedef struct {
  const int8_t* from;
  int32_t pitch;
} mote_tile_windows;

/* Bytes of a patch for MOTE_TILE windows that are gathered. */
#define MOTE_TILE_PITCH(inputs) (((inputs) + 3) & ~3)

/* Windows that stand in memory as they are wanted. */
static inline mote_tile_windows mote_tile_in_place(const int8_t* from, int32_t pitch) {
  const mote_tile_windows windows = {from, pitch};
  return windows;
}

/* Window `w` of a patch that is being gathered: where the next input goes. */
typedef struct {
  int8_t* to;
} mote_tile_patch;

static inline mote_tile_patch mote_tile_open(void* patch, int32_t w, int32_t inputs) {
  mote_tile_patch p;
  p.to = (int8_t*)patch + w * MOTE_TILE_PITCH(inputs);
  return p;
}
static inline void mote_tile_fill(mote_tile_patch* p, int32_t value, int32_t count) {
  for (; count > 0; --count) *p->to++ = (int8_t)value;
}
/* Words where both sides are aligned, which channels in fours make sure of. */
static inline void mote_tile_copy(mote_tile_patch* p, const int8_t* from, int32_t count) {
  int8_t* to = p->to;
  if ((((uintptr_t)from | (uintptr_t)to) & 3U) == 0) {
    uint32_t* words = (uint32_t*)(void*)to;
    const uint32_t* source = (const uint32_t*)(const void*)from;
    for (; count >= 16; count -= 16, words += 4, source += 4) {
      const uint32_t a = source[0], b = source[1], c = source[2], d = source[3];
      words[0] = a;
      words[1] = b;
      words[2] = c;
      words[3] = d;
    }
    for (; count >= 4; count -= 4) *words++ = *source++;
    to = (int8_t*)words;
    from = (const int8_t*)source;
  }
  for (; count >= 4; count -= 4, to += 4, from += 4) {
    const int8_t a = from[0], b = from[1], c = from[2], d = from[3];
    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
  }
  for (; count > 0; --count) *to++ = *from++;
  p->to = to;
}
static inline void mote_tile_close(mote_tile_patch* p, void* patch, int32_t w, int32_t inputs) {
  (void)p, (void)patch, (void)w, (void)inputs;
}
static inline mote_tile_windows mote_tile_gathered(const void* patch, int32_t inputs) {
  return mote_tile_in_place((const int8_t*)patch, MOTE_TILE_PITCH(inputs));
}

/* sums[4 * output + window] of MOTE_TILE windows; sums[output] of the first one. */
void mote_tile_sums(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights, int32_t inputs);
void mote_tile_sums_of_one(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights,
                           int32_t inputs);

#endif /* MOTE_TILE_H */
