/* See winograd.h. In the products eight sums stay in registers; a pair of channels takes three LDRD and eight SMLAD.
 * Assembly, because gcc spills. */
#include "winograd.h"

#include "mote_m4.h"

#if defined(__ARM_FEATURE_DSP)

/* clang-format off */
/* r4-r11: sums of outputs 0..3, both tiles each; r12 values, lr weights. Frame: 0 sums, 4 end of this component's values,
 * 8 their bytes, 12 end of all values. */
#define STEP(first, a) \
  "ldrd r0, r1, [r12], #8\n" \
  "ldrd r2, r3, [lr], #8\n" \
  first " r4, r0, r2" a("r4") "\n" \
  first " r5, r1, r2" a("r5") "\n" \
  first " r6, r0, r3" a("r6") "\n" \
  first " r7, r1, r3" a("r7") "\n" \
  "ldrd r2, r3, [lr], #8\n" \
  first " r8, r0, r2" a("r8") "\n" \
  first " r9, r1, r2" a("r9") "\n" \
  first " r10, r0, r3" a("r10") "\n" \
  first " r11, r1, r3" a("r11") "\n"
#define NOTHING(r) ""
#define ADDEND(r) ", " r
#define ADD_STEP STEP("smlad", ADDEND)

__attribute__((naked)) void mote_winograd_products(
    __attribute__((unused)) uint32_t *sums, __attribute__((unused)) const uint32_t *values,
    __attribute__((unused)) const uint32_t *weights, __attribute__((unused)) int32_t components,
    __attribute__((unused)) int32_t channels) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "sub sp, #20\n"
      "mov r12, r1\n"
      "mov lr, r2\n"
      "ldr r6, [sp, #56]\n"
      "lsl r6, r6, #2\n" /* bytes of a component: channels / 2 * 8 */
      "add r5, r1, r6\n"
      "mla r7, r6, r3, r1\n"
      "mov r4, r0\n"
      "stm sp, {r4-r7}\n"
      "1:\n"
      STEP("smuad", NOTHING) ADD_STEP ADD_STEP ADD_STEP
      "ldr r0, [sp, #4]\n"
      "cmp r12, r0\n"
      "beq 3f\n"
      "2:\n"
      ADD_STEP ADD_STEP ADD_STEP ADD_STEP
      "ldr r0, [sp, #4]\n"
      "cmp r12, r0\n"
      "bne 2b\n"
      "3:\n"
      "ldm sp, {r0-r3}\n"
      "stm r0!, {r4-r11}\n"
      "cmp r12, r3\n"
      "add r1, r1, r2\n"
      "strd r0, r1, [sp]\n"
      "bne 1b\n"
      "add sp, #20\n"
      "pop {r4-r11, pc}\n");
}
/* clang-format on */

#else

void mote_winograd_products(uint32_t* sums, const uint32_t* values, const uint32_t* weights, int32_t components,
                            int32_t channels) {
  for (int32_t k = 0; k < components; ++k, sums += 8)
    for (int32_t i = 0; i < 8; ++i) {
      uint32_t sum = 0;
      for (int32_t c = 0; c < channels / 2; ++c) {
        const uint32_t x = values[(k * (channels / 2) + c) * 2 + i % 2];
        const uint32_t w = weights[(k * (channels / 2) + c) * 4 + i / 2];
        sum += (uint32_t)(mote_low(x) * mote_low(w)) + (uint32_t)(mote_high(x) * mote_high(w));
      }
      sums[i] = sum;
    }
}

#endif

/* Bytes that are written beyond the end are written again, or belong to the buffer's slack of 8. */
static void copy(int8_t* to, const int8_t* from, int32_t bytes) {
  for (; bytes >= 8; bytes -= 8, to += 8, from += 8) {
    const uint32_t a = mote_load4(from), b = mote_load4(from + 4);
    mote_store4(to, a);
    mote_store4(to + 4, b);
  }
  for (; bytes > 0; --bytes) *to++ = *from++;
}
static void fill(int8_t* to, uint32_t zeros, int32_t bytes) {
  for (; bytes > 0; bytes -= 8, to += 8) {
    mote_store4(to, zeros);
    mote_store4(to + 4, zeros);
  }
}

/* Where a patch of the padded input lies: its first pixel, bytes from pixel to pixel and from row to row. */
typedef struct {
  const int8_t* from;
  int32_t step, row;
} mote_winograd_patch;

/* The patch of rows x columns pixels at (y, x) of the input, which may begin and end outside: then it is copied to
 * `buffer` (rows * columns * in_c + 8 bytes) with the zero point around it. */
static mote_winograd_patch find_patch(const int8_t* input, int8_t* buffer, const mote_winograd_s8_params* p, int32_t y,
                                      int32_t x, int32_t rows, int32_t columns) {
  const int32_t step = p->in_c, row = p->in_w * step;
  const int8_t* from = input + y * row + x * step;
  const int32_t left = x < 0 ? -x : 0;
  const int32_t inside = (x + columns < p->in_w ? x + columns : p->in_w) - x - left;
  const uint32_t zeros = (uint8_t)p->zero_point * 0x01010101U;
  /* Channels are read in eights: the last pixel's must not be read beyond the input. */
  const int reads_beyond = step % 8 != 0 && y + rows == p->in_h && x + columns == p->in_w;
  mote_winograd_patch patch;
  patch.step = step;
  if (y >= 0 && x >= 0 && y + rows <= p->in_h && inside == columns && !reads_beyond) {
    patch.from = from;
    patch.row = row;
    return patch;
  }
  patch.from = buffer;
  patch.row = columns * step;
  for (int32_t r = 0; r < rows; ++r, from += row, buffer += patch.row) {
    if (y + r < 0 || y + r >= p->in_h || inside <= 0) {
      fill(buffer, zeros, patch.row);
      continue;
    }
    fill(buffer, zeros, left * step);
    copy(buffer + left * step, from + left * step, inside * step);
    fill(buffer + (left + inside) * step, zeros, (columns - left - inside) * step);
  }
  return patch;
}

/* rows x columns pixels, four bytes a pixel, `columns_there` pixels a row, into `channels` channels of the output. */
static void store(int8_t* out, const int8_t* from, const mote_winograd_s8_params* p, int32_t rows, int32_t columns,
                  int32_t columns_there, int32_t channels) {
  for (int32_t r = 0; r < rows; ++r)
    for (int32_t c = 0; c < columns; ++c) {
      int8_t* const to = out + (r * p->out_w + c) * p->out_c;
      const int8_t* const pixel = from + (r * columns_there + c) * 4;
      if (channels == 4)
        mote_store4(to, mote_load4(pixel));
      else
        for (int32_t i = 0; i < channels; ++i) to[i] = pixel[i];
    }
}

/* Where the activation's range is less than int8's. */
static void clamp(int8_t* output, const mote_winograd_s8_params* p) {
  const int32_t count = p->out_h * p->out_w * p->out_c;
  if (p->act_min == -128 && p->act_max == 127) return;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t y = output[i];
    output[i] = (int8_t)(y < p->act_min ? p->act_min : y > p->act_max ? p->act_max : y);
  }
}

static int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }

void mote_winograd_run(int8_t* output, const int8_t* input, void* scratch, const mote_winograd_s8_params* p,
                       int32_t components, int32_t tile, mote_winograd_transform* transform,
                       mote_winograd_inverse* inverse) {
  const int32_t channels = (p->in_c + 7) & ~7;
  /* First the patch and the values, then the values, sums and edge: patch and sums share their place. */
  uint32_t* const values = (uint32_t*)scratch;
  int8_t* const buffer = (int8_t*)(values + components * channels);
  uint32_t* const sums = values + components * channels;
  int8_t* const edge = (int8_t*)(sums + components * 8); /* outputs that are not all wanted */
  const mote_winograd_out inside = {p->out_c, p->out_w * p->out_c, p->round}, outside = {4, 8 * tile, p->round};
  const int32_t group_words = components * channels * 2;
  for (int32_t y = 0; y < p->out_h; y += tile)
    for (int32_t x = 0; x < p->out_w; x += 2 * tile) {
      const mote_winograd_patch patch =
          find_patch(input, buffer, p, y - p->pad_top, x - p->pad_left, tile + 2, 2 * tile + 2);
      const mote_winograd_in s = {patch.row, patch.step, channels * 4};
      const uint32_t* weights = (const uint32_t*)(const void*)p->weights;
      const int32_t rows = least(tile, p->out_h - y), columns = least(2 * tile, p->out_w - x);
      int8_t* out = output + (y * p->out_w + x) * p->out_c;
      for (int32_t c = 0; c < channels; c += 4) transform(values + c, patch.from + c, &s);
      for (int32_t o = 0; o < p->out_c; o += 4, out += 4, weights += group_words) {
        const int32_t outputs = least(4, p->out_c - o);
        const int whole = rows == tile && columns == 2 * tile && outputs == 4;
        mote_winograd_products(sums, values, weights, components, channels);
        inverse(sums, whole ? out : edge, p->channels + 3 * o, whole ? &inside : &outside);
        if (!whole) store(out, edge, p, rows, columns, 2 * tile, outputs);
      }
    }
  clamp(output, p);
}
