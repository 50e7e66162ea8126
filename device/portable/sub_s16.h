/* Int16 subtraction, bit-exact with TensorFlow Lite Micro; b may be broadcast. out may be a. */
#ifndef MOTE_SUB_S16_H
#define MOTE_SUB_S16_H

#include "add_s16.h"

typedef mote_add_s16_params mote_sub_s16_params;

void mote_sub_s16(int16_t *out, const int16_t *a, const int16_t *b, const mote_sub_s16_params *p);

#endif /* MOTE_SUB_S16_H */
