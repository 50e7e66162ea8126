/* A convolution and the addition that reads it, piece by piece: the convolution's kernel makes a piece of its output in scratch,
 * the addition's kernel adds to it what stands at the same place of the other operand. Shared by the rows_*_add_s8 kernels. */
#ifndef MOTE_ROWS_ADD_H
#define MOTE_ROWS_ADD_H

#include <stdint.h>

/* How the output is cut up: pieces of `rows` whole rows, or of `columns` of one row, in order. For kernels over single pixels
 * (1x1) there is one row. */
typedef struct {
    int32_t rows, columns;      /* of a piece: rows is 1, or columns the whole row */
    int32_t step_h, step_w;     /* of the window */
    int32_t channels;           /* of the output */
    int32_t bytes;              /* of a piece, rounded up to 4: the convolution's scratch stands behind it */
} mote_rows_pieces;

static inline int32_t mote_rows_least(int32_t a, int32_t b) { return a < b ? a : b; }

/* The body of a kernel with the arguments (out, other, in, scratch, p). A piece is a convolution with fewer outputs, whose
 * padding begins elsewhere: inside, it is negative. `convolve` takes scratch; `count` is the add's field for its elements. */
#define MOTE_ROWS_ADD(conv_params, convolve, sum_params, add, count)                                    \
    {                                                                                                   \
        int8_t *const piece = (int8_t *)scratch;                                                        \
        const mote_rows_pieces *const cut = &p->pieces;                                                 \
        conv_params part = p->conv;                                                                     \
        sum_params sum = p->sum;                                                                        \
        for (int32_t y = 0; y < p->conv.out_h; y += cut->rows) {                                        \
            part.out_h = mote_rows_least(cut->rows, p->conv.out_h - y);                                 \
            part.pad_top = p->conv.pad_top - y * cut->step_h;                                           \
            for (int32_t x = 0; x < p->conv.out_w; x += cut->columns) {                                 \
                part.out_w = mote_rows_least(cut->columns, p->conv.out_w - x);                          \
                part.pad_left = p->conv.pad_left - x * cut->step_w;                                     \
                sum.count = part.out_h * part.out_w * cut->channels;                                    \
                convolve(piece, in, piece + cut->bytes, &part);                                         \
                add(out, piece, other, &sum);                                                           \
                out += sum.count;                                                                       \
                other += sum.count;                                                                     \
            }                                                                                           \
        }                                                                                               \
    }

/* The same where the convolution goes over `pixels` pixels of in_c inputs. */
#define MOTE_PIXELS_ADD(conv_params, convolve, sum_params, add, count)                                  \
    {                                                                                                   \
        int8_t *const piece = (int8_t *)scratch;                                                        \
        const mote_rows_pieces *const cut = &p->pieces;                                                 \
        conv_params part = p->conv;                                                                     \
        sum_params sum = p->sum;                                                                        \
        for (int32_t left = p->conv.pixels; left > 0; left -= part.pixels) {                            \
            part.pixels = mote_rows_least(cut->columns, left);                                          \
            sum.count = part.pixels * cut->channels;                                                    \
            convolve(piece, in, piece + cut->bytes, &part);                                             \
            add(out, piece, other, &sum);                                                               \
            in += part.pixels * p->conv.in_c;                                                           \
            out += sum.count;                                                                           \
            other += sum.count;                                                                         \
        }                                                                                               \
    }

#endif /* MOTE_ROWS_ADD_H */
