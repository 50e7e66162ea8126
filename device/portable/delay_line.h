/* Delay line: along one axis, drops the oldest part of the state and appends the input. */
#ifndef MOTE_DELAY_LINE_H
#define MOTE_DELAY_LINE_H

#include <stdint.h>

typedef struct {
    int32_t rows;    /* product of the dimensions before the axis */
    int32_t in_row;  /* bytes of the input in a row */
    int32_t out_row; /* bytes of the state in a row; may be fewer than in_row: then it is the input's end */
} mote_delay_line_params;

/* `state` keeps its value from call to call. The input must not overlap it. */
void mote_delay_line(void *state, const void *input, const mote_delay_line_params *p);

#endif /* MOTE_DELAY_LINE_H */
