/* Rows of a tensor moved to the start of their buffer, between two bands (src/plan/rows.h). */
#ifndef MOTE_MOVE_ROWS_H
#define MOTE_MOVE_ROWS_H

#include <stdint.h>

/* Both aligned to 4, `bytes` a multiple of 4, `to` below `from`; they may overlap. */
void mote_move_rows(void *to, const void *from, int32_t bytes);

#endif /* MOTE_MOVE_ROWS_H */
