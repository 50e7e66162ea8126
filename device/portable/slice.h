/* Part of a tensor of any element type: runs of bytes gathered along up to eight axes. */
#ifndef MOTE_SLICE_H
#define MOTE_SLICE_H

#include <stdint.h>

typedef struct {
    int32_t begin; /* bytes from the input's start to the first run */
    int32_t run;   /* bytes that are contiguous in both */
    int32_t rank;  /* axes around the runs, outermost first; the rest of the arrays is unused */
    int32_t size[8];
    int32_t stride[8]; /* bytes of the input from one element of the axis to the next that is taken */
} mote_slice_params;

/* The output may begin where the input begins, or before. */
void mote_slice(void *out, const void *in, const mote_slice_params *p);

#endif /* MOTE_SLICE_H */
