/* See flash_cache.h. */
#include "flash_cache.h"

#include <inttypes.h>
#include <stdio.h>

int flash_configure(struct flash* flash, const char* text) {
  unsigned instruction_lines = 0, data_lines = 0;
  if (sscanf(text, "%" SCNx64 " %" SCNx64 " %x %x %x %x %x %x", &flash->begin, &flash->end, &flash->wait_states,
             &flash->width, &flash->line_bytes, &instruction_lines, &data_lines, &flash->prefetch) != 8)
    return 0;
  flash->instructions.lines = (int)instruction_lines;
  flash->data.lines = (int)data_lines;
  return instruction_lines >= 1 && instruction_lines <= MOST_LINES && data_lines >= 1 && data_lines <= MOST_LINES &&
         flash->width != 0 && flash->line_bytes % flash->width == 0 && flash->line_bytes / flash->width <= 32;
}

/* Where the line of this address is, or -1. */
static int find_line(const struct flash_cache* cache, uint64_t line) {
  int i;
  for (i = 0; i < cache->lines; ++i)
    if (cache->tag[i] == line + 1) return i;
  return -1;
}

/* Whether the word was there; it is afterwards. */
static int use_word(struct flash* flash, struct flash_cache* cache, uint64_t address) {
  const uint64_t line = address - address % flash->line_bytes;
  const uint32_t word = UINT32_C(1) << (address % flash->line_bytes / flash->width);
  int found = find_line(cache, line), i;
  if (found < 0) {
    for (i = 1, found = 0; i < cache->lines; ++i)
      if (cache->used[i] < cache->used[found]) found = i;
    cache->tag[found] = line + 1;
    cache->words[found] = 0;
  }
  cache->used[found] = ++flash->clock;
  if (cache->words[found] & word) return 1;
  cache->words[found] |= word;
  return 0;
}

/* Begins to read the word at `address` when flash is free, from `start` on, unless it is in the cache. */
static void prefetch(struct flash* flash, uint64_t address, uint64_t start) {
  const uint64_t line = address - address % flash->line_bytes;
  const int found = find_line(&flash->instructions, line);
  if (found >= 0 && (flash->instructions.words[found] >> (address % flash->line_bytes / flash->width) & 1) != 0) return;
  flash->next = address + 1;
  flash->next_ready = start + 1 + flash->wait_states;
}

/* A word that is in no cache: after what flash is at. */
static unsigned read_flash(struct flash* flash) {
  const uint64_t busy = flash->next != 0 && flash->next_ready > flash->now ? flash->next_ready - flash->now : 0;
  return (unsigned)busy + flash->wait_states;
}

static unsigned fetch_word(struct flash* flash, uint64_t address) {
  unsigned waits = 0;
  if (use_word(flash, &flash->instructions, address)) return 0;
  if (flash->next == address + 1)
    waits = flash->next_ready > flash->now + 1 ? (unsigned)(flash->next_ready - flash->now - 1) : 0;
  else
    waits = read_flash(flash);
  flash->now += waits;
  flash->next = 0;
  if (flash->prefetch != 0) prefetch(flash, address + flash->width, flash->now + 1);
  return waits;
}

unsigned flash_fetch(struct flash* flash, uint64_t begin, uint64_t end, unsigned cycles) {
  unsigned waits = 0;
  uint64_t address, passed = 0;
  if (begin < flash->begin || begin >= flash->end) {
    flash->now += cycles;
    return 0;
  }
  for (address = begin - begin % flash->width; address < end; address += flash->width) {
    /* The block's cycles pass evenly over its bytes. */
    const uint64_t reached = address + flash->width < end ? address + flash->width : end;
    const uint64_t until = cycles * (reached - begin) / (end - begin);
    waits += fetch_word(flash, address);
    flash->now += until - passed;
    passed = until;
  }
  return waits;
}

unsigned flash_read(struct flash* flash, uint64_t address, unsigned bytes) {
  unsigned waits = 0;
  uint64_t word;
  if (address < flash->begin || address >= flash->end) return 0;
  for (word = address - address % flash->width; word < address + bytes; word += flash->width) {
    if (use_word(flash, &flash->data, word)) continue;
    const unsigned more = read_flash(flash);
    flash->now += more;
    waits += more;
  }
  return waits;
}
