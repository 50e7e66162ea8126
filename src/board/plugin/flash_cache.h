/* Wait cycles of flash behind an instruction cache and a data cache, as on the STM32L4+ (ART accelerator).
 * Where it stands: src/board/plugin; counter.c asks it at every executed block and every read. Both caches are fully
 * associative with least-recently-used replacement; flash is read in words of `width` bytes, each costing `wait_states`
 * cycles when it is not in its line. With prefetch, the word behind one that instructions came from is read at once, so
 * part of its wait passes while the first is executed; until it has come, nothing else can be read. Constants are never
 * prefetched. Without prefetch nothing overlaps: an upper bound. */
#ifndef MOTE_FLASH_CACHE_H
#define MOTE_FLASH_CACHE_H
#include <stdint.h>

enum { MOST_LINES = 64 };
struct flash_cache {
  int lines;
  uint64_t tag[MOST_LINES];   /* address of the line + 1; 0: empty */
  uint32_t words[MOST_LINES]; /* which words of it are there */
  uint64_t used[MOST_LINES];  /* when it was last asked for */
};
struct flash {
  uint64_t begin, end;
  unsigned wait_states, width, line_bytes, prefetch;
  uint64_t clock;            /* of uses */
  uint64_t now;              /* cycles, waits included */
  uint64_t next, next_ready; /* the word prefetched + 1 (0: none), and when it is there */
  struct flash_cache instructions, data;
};

/* Reads "BEGIN END WAIT_STATES WIDTH LINE_BYTES INSTRUCTION_LINES DATA_LINES PREFETCH" (all hexadecimal); 0 if it
 * cannot. */
int flash_configure(struct flash* flash, const char* text);

/* Cycles that fetching [begin, end), which takes `cycles` to execute, or reading `bytes` at `address`, waits; 0 outside
 * of flash. */
unsigned flash_fetch(struct flash* flash, uint64_t begin, uint64_t end, unsigned cycles);
unsigned flash_read(struct flash* flash, uint64_t address, unsigned bytes);

#endif
