/* Bilinear change of a picture's size. */
#ifndef MOTE_RESIZE_IMAGE_S8_H
#define MOTE_RESIZE_IMAGE_S8_H

#include <stdint.h>

typedef struct {
    int32_t batches, in_h, in_w, out_h, out_w, channels;
    const int16_t *row;             /* [out_h][2]: the upper input row, and the lower one's weight in 1/2048 */
    const int16_t *column;          /* [out_w][2]: likewise left and right */
} mote_resize_image_s8_params;

void mote_resize_image_s8(int8_t *out, const int8_t *in, const mote_resize_image_s8_params *p);

#endif /* MOTE_RESIZE_IMAGE_S8_H */
