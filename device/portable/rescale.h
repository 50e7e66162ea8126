/* Integers of one quantisation into those of another, element by element: change of quantisation, relu, relu6. */
#ifndef MOTE_RESCALE_H
#define MOTE_RESCALE_H

#include <stdint.h>

typedef struct {
    int32_t count;                  /* elements */
    int32_t in_zero, out_zero;      /* zero points */
    int32_t multiplier;             /* Q0.31, >= 0 */
    int32_t shift;                  /* -31..30, > 0: left */
    int32_t min, max;               /* bounds within the output's type */
} mote_rescale_params;

/* First element first. out may be in where it is no wider. */
void mote_rescale_s16(int16_t *out, const int16_t *in, const mote_rescale_params *p);
void mote_rescale_s8_s16(int16_t *out, const int8_t *in, const mote_rescale_params *p);
void mote_rescale_s16_s8(int8_t *out, const int16_t *in, const mote_rescale_params *p);
void mote_rescale_s32_s16(int16_t *out, const int32_t *in, const mote_rescale_params *p);
void mote_rescale_s32_s8(int8_t *out, const int32_t *in, const mote_rescale_params *p);

#endif /* MOTE_RESCALE_H */
