/* See flash_cache.h. */
#include "flash_cache.h"

#include <inttypes.h>
#include <stdio.h>

int flash_configure(struct flash* flash, const char* text) {
  unsigned instruction_lines = 0, data_lines = 0;
  if (sscanf(text, "%" SCNx64 " %" SCNx64 " %x %x %x %x %x", &flash->begin, &flash->end, &flash->wait_states,
             &flash->width, &flash->line_bytes, &instruction_lines, &data_lines) != 7)
    return 0;
  flash->instructions.lines = (int)instruction_lines;
  flash->data.lines = (int)data_lines;
  return instruction_lines >= 1 && instruction_lines <= MOST_LINES && data_lines >= 1 && data_lines <= MOST_LINES &&
         flash->width != 0 && flash->line_bytes % flash->width == 0 && flash->line_bytes / flash->width <= 32;
}

static unsigned access_word(struct flash* flash, struct flash_cache* cache, uint64_t address) {
  const uint64_t line = address - address % flash->line_bytes;
  const uint32_t word = UINT32_C(1) << (address % flash->line_bytes / flash->width);
  int found = 0, i;
  for (i = 0; i < cache->lines; ++i) {
    if (cache->tag[i] == line + 1) break;
    if (cache->used[i] < cache->used[found]) found = i;
  }
  if (i < cache->lines) {
    found = i;
  } else {
    cache->tag[found] = line + 1;
    cache->words[found] = 0;
  }
  cache->used[found] = ++flash->clock;
  if (cache->words[found] & word) return 0;
  cache->words[found] |= word;
  return flash->wait_states;
}

static unsigned access_range(struct flash* flash, struct flash_cache* cache, uint64_t begin, uint64_t end) {
  unsigned waits = 0;
  uint64_t address;
  if (begin < flash->begin || begin >= flash->end) return 0;
  for (address = begin - begin % flash->width; address < end; address += flash->width)
    waits += access_word(flash, cache, address);
  return waits;
}

unsigned flash_fetch(struct flash* flash, uint64_t begin, uint64_t end) {
  return access_range(flash, &flash->instructions, begin, end);
}

unsigned flash_read(struct flash* flash, uint64_t address, unsigned bytes) {
  return access_range(flash, &flash->data, address, address + bytes);
}
