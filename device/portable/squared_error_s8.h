/* Sum of (a - b)^2 of each example; both int8 of one scale. out is none of them. */
#ifndef MOTE_SQUARED_ERROR_S8_H
#define MOTE_SQUARED_ERROR_S8_H

#include <stdint.h>

typedef struct {
    int32_t batches, count;         /* examples, elements of one; count <= 33025, so that the sum fits */
} mote_squared_error_s8_params;

void mote_squared_error_s8(int32_t *out, const int8_t *a, const int8_t *b, const mote_squared_error_s8_params *p);

#endif /* MOTE_SQUARED_ERROR_S8_H */
