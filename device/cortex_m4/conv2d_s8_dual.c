/* See mote_m4_dual.h for the arithmetic, mote_m4_conv2d.h for the walk. */
#include "conv2d_s8_dual.h"

#define PARAMETERS (int8_t * out, const int8_t* in, void* scratch, const mote_conv2d_s8_dual_params* p)
#define ARGUMENTS out, in, scratch, p
MOTE_M4_VARIANTS(mote_conv2d_s8_dual, mote_m4_conv2d, PARAMETERS, ARGUMENTS)
