/* Wait cycles of flash behind an instruction cache and a data cache, as on the STM32L4+ (ART accelerator).
 * Where it stands: src/board/plugin; counter.c asks it at every executed block and every read. Both caches are fully
 * associative with least-recently-used replacement; flash is read in words of `width` bytes, each costing `wait_states`
 * cycles when it is not in its line. No prefetch and no overlap with execution: an upper bound. */
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
  unsigned wait_states, width, line_bytes;
  uint64_t clock;
  struct flash_cache instructions, data;
};

/* Reads "BEGIN END WAIT_STATES WIDTH LINE_BYTES INSTRUCTION_LINES DATA_LINES" (all hexadecimal); 0 if it cannot. */
int flash_configure(struct flash* flash, const char* text);

/* Cycles that fetching [begin, end), or reading `bytes` at `address`, waits; 0 outside of flash. */
unsigned flash_fetch(struct flash* flash, uint64_t begin, uint64_t end);
unsigned flash_read(struct flash* flash, uint64_t address, unsigned bytes);

#endif
