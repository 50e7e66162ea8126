/* Concatenation along an axis, of any element type: for every row (the dimensions before the axis), the inputs' parts
 * one after another. */
#ifndef MOTE_CONCAT_H
#define MOTE_CONCAT_H

#include <stdint.h>

#define MOTE_CONCAT_INPUTS 8

typedef struct {
    int32_t rows;
    int32_t row_bytes[MOTE_CONCAT_INPUTS]; /* of each input */
} mote_concat_params;

/* With one row the output may begin where input a begins, or before; it overlaps no other input. */
void mote_concat_1(void *out, const void *a, const mote_concat_params *p);
void mote_concat_2(void *out, const void *a, const void *b, const mote_concat_params *p);
void mote_concat_3(void *out, const void *a, const void *b, const void *c, const mote_concat_params *p);
void mote_concat_4(void *out, const void *a, const void *b, const void *c, const void *d, const mote_concat_params *p);
void mote_concat_5(void *out, const void *a, const void *b, const void *c, const void *d, const void *e,
                   const mote_concat_params *p);
void mote_concat_6(void *out, const void *a, const void *b, const void *c, const void *d, const void *e,
                   const void *f, const mote_concat_params *p);
void mote_concat_7(void *out, const void *a, const void *b, const void *c, const void *d, const void *e,
                   const void *f, const void *g, const mote_concat_params *p);
void mote_concat_8(void *out, const void *a, const void *b, const void *c, const void *d, const void *e,
                   const void *f, const void *g, const void *h, const mote_concat_params *p);

#endif /* MOTE_CONCAT_H */
