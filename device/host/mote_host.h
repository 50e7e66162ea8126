/* What the kernels for this machine share: versions of a function for several instruction sets, windows copied side by
 * side. Where it stands: device/host. Plain C that gcc and clang vectorise: no intrinsics, so that arm64 gains too. */
#ifndef MOTE_HOST_H
#define MOTE_HOST_H

#include <stdint.h>
#include <string.h>

/* Compiled for AVX2 as well; the loader chooses (GNU indirect functions). */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define MOTE_HOST_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define MOTE_HOST_CLONES
#endif

/* A window's geometry, of one image [h][w][c]. */
typedef struct {
  int32_t batches;
  int32_t in_h, in_w, in_c; /* elements */
  int32_t out_h, out_w;
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
} mote_host_window;

/* How many positions' windows stand in scratch at once. */
#define MOTE_HOST_AT_ONCE 8

/* Defines name(to, image, first, count, pitch, padding, w): the windows of `count` positions from `first` on, `pitch`
 * elements apart, taps outside as `padding`, in the order [filter_h][filter_w][in_c]. */
#define MOTE_HOST_WINDOWS(name, to_type, from_type)                                                               \
  static void name(to_type* to, const from_type* image, int32_t first, int32_t count, int32_t pitch,              \
                   to_type padding, const mote_host_window* w) {                                                  \
    for (int32_t p = first; p < first + count; ++p, to += pitch) {                                                \
      const int32_t y0 = p / w->out_w * w->stride_h - w->pad_top, x0 = p % w->out_w * w->stride_w - w->pad_left;  \
      const int32_t row_bytes = w->filter_w * w->in_c;                                                            \
      const int inside = w->dilation_w == 1 && x0 >= 0 && x0 + w->filter_w <= w->in_w;                            \
      to_type* row = to;                                                                                          \
      for (int32_t ky = 0; ky < w->filter_h; ++ky, row += row_bytes) {                                            \
        const int32_t y = y0 + ky * w->dilation_h;                                                                \
        if (y >= 0 && y < w->in_h && inside) {                                                                    \
          const from_type* from = image + (y * w->in_w + x0) * w->in_c;                                           \
          for (int32_t i = 0; i < row_bytes; ++i) row[i] = from[i];                                               \
          continue;                                                                                               \
        }                                                                                                         \
        for (int32_t kx = 0; kx < w->filter_w; ++kx) {                                                            \
          const int32_t x = x0 + kx * w->dilation_w;                                                              \
          const int is_in = y >= 0 && y < w->in_h && x >= 0 && x < w->in_w;                                       \
          const from_type* from = is_in ? image + (y * w->in_w + x) * w->in_c : image;                            \
          for (int32_t c = 0; c < w->in_c; ++c) row[kx * w->in_c + c] = is_in ? (to_type)from[c] : padding;       \
        }                                                                                                         \
      }                                                                                                           \
    }                                                                                                             \
  }

#endif /* MOTE_HOST_H */
