/* Int8 subtraction, bit-exact with TensorFlow Lite Micro; b may be broadcast. out may be a. */
#ifndef MOTE_SUB_S8_H
#define MOTE_SUB_S8_H

#include "add_s8.h"

typedef mote_add_s8_params mote_sub_s8_params;

void mote_sub_s8(int8_t *out, const int8_t *a, const int8_t *b, const mote_sub_s8_params *p);

#endif /* MOTE_SUB_S8_H */
