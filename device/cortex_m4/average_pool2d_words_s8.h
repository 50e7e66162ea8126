/* Int8 average pooling, four channels a word, on cores with the DSP extension; windows of at most 256 elements. Where
 * it stands: cortex_m4; the parameters are those of the portable kernel, the channels a multiple of 4. */
#ifndef MOTE_AVERAGE_POOL2D_WORDS_S8_H
#define MOTE_AVERAGE_POOL2D_WORDS_S8_H

#include "average_pool2d_s8.h"

void mote_average_pool2d_words_s8(int8_t* out, const int8_t* in, const mote_average_pool2d_s8_params* p);

#endif /* MOTE_AVERAGE_POOL2D_WORDS_S8_H */
