/* Plain C99 copy. */
#include "copy.h"

#include <string.h>

void mote_copy(void *out, const void *in, const mote_copy_params *p) {
    if (out != in) memcpy(out, in, (uint32_t)p->bytes);
}
