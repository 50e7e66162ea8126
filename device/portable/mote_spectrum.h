/* Fixed-point spectra of int16 frames; src/ops/spectrum_fixed.h is the same for the host and tells the arithmetic. The frame's
 * data are fft int32 in scratch: fft / 2 complex numbers, the first of which holds the real bins 0 and fft / 2. */
#ifndef MOTE_SPECTRUM_H
#define MOTE_SPECTRUM_H

#include <stdint.h>

/* Spectrum of one frame of `window` samples into data [fft]. taper [window] is Q15 (0: none), sine [3 fft / 4] is sin(2 pi i / fft) in Q31;
 * fft is a power of two >= window, at least 16. Returns the exponent e: a power is |X / fft|^2 in units of 2^(e - 60). */
int32_t mote_spectrum(int32_t *data, const int16_t *frame, int32_t window, int32_t fft, const int16_t *taper, const int32_t *sine);

/* Power of a bin, 0 <= bin <= fft / 2. */
uint32_t mote_spectrum_power(const int32_t *data, int32_t bin, int32_t fft, int32_t exponent);

/* log2 of v >= 1 in Q16. table [65]: log2(1 + i / 64) in Q16. */
int32_t mote_log2(uint64_t v, const uint16_t *table);

/* A walk over the segments of a filter bank; begin with exponent, fft, data, edges, rise and rising = 0, and drop the first value. */
typedef struct {
    int32_t exponent, fft;
    const int32_t *data;
    const uint16_t *edges, *rise;   /* as in mote_mel */
    uint64_t rising;
} mote_bands;

/* Energy of the next band in units of 2^(exponent - 75). */
uint64_t mote_next_band(mote_bands *at);

/* 1 / scale of an int8 output: mantissa * 2^(shift - 31). */
typedef struct {
    int32_t mantissa, shift, zero;
} mote_power_scale;

/* power * 2^exponent in steps of the output, exponent below -20; of an energy, the highest 32 bits count. */
int8_t mote_power_step(uint32_t power, int32_t exponent, const mote_power_scale *p);
int8_t mote_energy_step(uint64_t energy, int32_t exponent, const mote_power_scale *p);

typedef struct {
    int32_t bands, fft;
    const uint16_t *edges;          /* [bands + 2] bins: segment j, left of band j's centre, is edges[j] .. edges[j + 1] - 1 */
    const uint16_t *rise;           /* Q15, of bins edges[0] .. edges[bands + 1] - 1: the share of the band to the right */
    const uint16_t *log2;           /* [65] */
    int32_t floor, floor_shift;     /* added energy: floor * 2^floor_shift in units of 2^-75 */
} mote_mel;

/* log2(energy + floor) of the bands in Q16, to out [bands]. */
void mote_log_mel(int32_t *out, const int32_t *data, int32_t exponent, const mote_mel *p);

#endif /* MOTE_SPECTRUM_H */
