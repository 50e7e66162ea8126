/* Plain C99 bilinear resizing. A weight of 0 never reads beyond the picture. */
#include "resize_image_s8.h"

#include "mote_math.h"

void mote_resize_image_s8(int8_t *out, const int8_t *in, const mote_resize_image_s8_params *p) {
    const int32_t line = p->in_w * p->channels;
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t y = 0; y < p->out_h; ++y) {
            const int32_t down = p->row[2 * y + 1];
            const int8_t *top = in + p->row[2 * y] * line;
            const int8_t *bottom = down != 0 ? top + line : top;
            for (int32_t x = 0; x < p->out_w; ++x) {
                const int32_t left = p->column[2 * x] * p->channels, across = p->column[2 * x + 1];
                const int32_t right = across != 0 ? left + p->channels : left;
                for (int32_t c = 0; c < p->channels; ++c) {
                    const int32_t above = top[left + c] * (2048 - across) + top[right + c] * across;
                    const int32_t below = bottom[left + c] * (2048 - across) + bottom[right + c] * across;
                    *out++ = (int8_t)mote_shift_right(above * (2048 - down) + below * down + (1 << 21), 22);
                }
            }
        }
        in += p->in_h * line;
    }
}
