/* Int16 addition, bit-exact with TensorFlow Lite Micro; b may be broadcast. out may be a. */
#ifndef MOTE_ADD_S16_H
#define MOTE_ADD_S16_H

#include <stdint.h>

typedef struct {
    int32_t shape[4];               /* of out and a, outermost first; dimensions that b treats alike are merged */
    int32_t b_stride[4];            /* elements of b per step along a dimension; 0: broadcast */
    int32_t a_multiplier, b_multiplier, out_multiplier; /* Q0.31, >= 0 */
    int32_t a_shift, b_shift, out_shift;            /* right shifts, 0..31; inputs have 15 more fractional bits */
    int32_t act_min, act_max;       /* the fused activation, within -32768..32767 */
} mote_add_s16_params;

void mote_add_s16(int16_t *out, const int16_t *a, const int16_t *b, const mote_add_s16_params *p);

#endif /* MOTE_ADD_S16_H */
