/* Int8 max pooling, four channels a word, on cores with the DSP extension. Where it
 * stands: cortex_m4; the parameters are those of the portable kernel, the channels a multiple of 4. */
#ifndef MOTE_MAX_POOL2D_WORDS_S8_H
#define MOTE_MAX_POOL2D_WORDS_S8_H

#include "max_pool2d_s8.h"

void mote_max_pool2d_words_s8(int8_t* out, const int8_t* in, const mote_max_pool2d_s8_params* p);

#endif /* MOTE_MAX_POOL2D_WORDS_S8_H */
