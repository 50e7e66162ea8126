/* Plain C99 spectra in fixed point, bit for bit those of src/ops/spectrum_fixed.cpp. */
#include "mote_spectrum.h"

#include "mote_math.h"

/* High 32 bits of the product, rounded down. */
static inline int32_t high32(int32_t a, int32_t b) {
    const int64_t p = (int64_t)a * b;
    return (int32_t)(p >= 0 ? p >> 32 : ~(~p >> 32));
}

static inline int32_t half(int32_t x) { return mote_shift_right(x, 1); }

/* Even samples become real parts, odd ones imaginary, in bit-reversed order. */
static void load(int32_t *data, const int16_t *frame, int32_t window, int32_t fft, const int16_t *taper) {
    int32_t j = 0;
    for (int32_t i = 0; i < fft; i += 2) {
        data[2 * j] = i < window ? frame[i] * (taper != 0 ? taper[i] : 32768) : 0;
        data[2 * j + 1] = i + 1 < window ? frame[i + 1] * (taper != 0 ? taper[i + 1] : 32768) : 0;
        int32_t bit = fft >> 2;
        for (; (j & bit) != 0; bit >>= 1) j ^= bit;
        j |= bit;
    }
}

static void butterflies(int32_t *data, int32_t fft, const int32_t *sine) {
    for (int32_t span = 2; span < fft; span *= 2) { /* in int32: half as many complex numbers */
        for (int32_t at = 0; at < fft; at += 2 * span) {
            int32_t *a = data + at;
            int32_t *b = a + span;
            const int32_t ar = half(a[0]), ai = half(a[1]), tr = half(b[0]), ti = half(b[1]);
            a[0] = ar + tr;
            a[1] = ai + ti;
            b[0] = ar - tr;
            b[1] = ai - ti;
        }
        for (int32_t j = 2; j < span; j += 2) {
            const int32_t angle = j / 2 * (fft / span);
            const int32_t s = sine[angle], c = sine[angle + fft / 4];
            for (int32_t at = j; at < fft; at += 2 * span) {
                int32_t *a = data + at;
                int32_t *b = a + span;
                const int32_t br = b[0], bi = b[1], ar = half(a[0]), ai = half(a[1]);
                const int32_t tr = high32(c, br) + high32(s, bi);
                const int32_t ti = high32(c, bi) - high32(s, br);
                a[0] = ar + tr;
                a[1] = ai + ti;
                b[0] = ar - tr;
                b[1] = ai - ti;
            }
        }
    }
}

/* From the spectrum of the complex numbers to that of the samples they were made of. */
static void split(int32_t *data, int32_t fft, const int32_t *sine) {
    const int32_t zr = half(data[0]), zi = half(data[1]);
    data[0] = zr + zi;
    data[1] = zr - zi;
    for (int32_t k = 1; k <= fft / 4; ++k) {
        int32_t *a = data + 2 * k;
        int32_t *b = data + fft - 2 * k;
        const int32_t ar = half(a[0]), ai = half(a[1]), br = half(b[0]), bi = half(b[1]);
        const int32_t er = half(ar + br), ei = half(ai - bi), pr = ai + bi, pi = br - ar;
        const int32_t s = sine[k], c = sine[k + fft / 4];
        const int32_t tr = high32(c, pr) + high32(s, pi);
        const int32_t ti = high32(c, pi) - high32(s, pr);
        b[0] = er - tr;
        b[1] = ti - ei;
        a[0] = er + tr;
        a[1] = ei + ti;
    }
}

int32_t mote_spectrum(int32_t *data, const int16_t *frame, int32_t window, int32_t fft, const int16_t *taper, const int32_t *sine) {
    load(data, frame, window, fft, taper);
    butterflies(data, fft, sine);
    split(data, fft, sine);
    uint32_t all = 0;
    for (int32_t i = 0; i < fft; ++i) all |= (uint32_t)(data[i] < 0 ? ~data[i] : data[i]);
    int32_t exponent = -30;
    for (; all != 0; all >>= 1) exponent += 2;
    return exponent > 0 ? exponent : 0;
}

uint32_t mote_spectrum_power(const int32_t *data, int32_t bin, int32_t fft, int32_t exponent) {
    int64_t re = 0, im = 0;
    if (bin == 0) {
        re = data[0];
    } else if (2 * bin == fft) {
        re = data[1];
    } else {
        re = data[2 * bin];
        im = data[2 * bin + 1];
    }
    return (uint32_t)((uint64_t)(re * re + im * im) >> exponent);
}

int32_t mote_log2(uint64_t v, const uint16_t *table) {
    uint32_t high = (uint32_t)(v >> 32), low = (uint32_t)v;
    int32_t octave = 63;
    if (high == 0) {
        high = low;
        low = 0;
        octave = 31;
    }
    while ((high & 0x80000000u) == 0) {
        high = high << 1 | low >> 31;
        low <<= 1;
        --octave;
    }
    const uint32_t index = high >> 25 & 63u, part = high >> 9 & 0xffffu;
    const uint32_t step = (uint32_t)table[index + 1] - table[index];
    return octave * 65536 + (int32_t)(table[index] + (step * part >> 16));
}

uint64_t mote_next_band(mote_bands *at) {
    uint64_t sum = 0, up = 0;
    for (int32_t k = at->edges[0]; k < at->edges[1]; ++k) {
        const uint32_t power = mote_spectrum_power(at->data, k, at->fft, at->exponent);
        sum += power;
        up += (uint64_t)power * *at->rise++;
    }
    const uint64_t energy = at->rising + ((sum << 15) - up);
    at->rising = up;
    ++at->edges;
    return energy;
}

int8_t mote_power_step(uint32_t power, int32_t exponent, const mote_power_scale *p) {
    const int32_t down = 31 - p->shift - exponent;
    if (down > 63) return (int8_t)p->zero;
    const uint64_t steps = ((uint64_t)power * (uint32_t)p->mantissa + ((uint64_t)1 << (down - 1))) >> down;
    const int32_t q = (steps < 1024 ? (int32_t)steps : 1024) + p->zero;
    return (int8_t)(q > 127 ? 127 : q);
}

int8_t mote_energy_step(uint64_t energy, int32_t exponent, const mote_power_scale *p) {
    for (; energy >> 32 != 0; energy >>= 1) ++exponent;
    return mote_power_step((uint32_t)energy, exponent, p);
}

void mote_log_mel(int32_t *out, const int32_t *data, int32_t exponent, const mote_mel *p) {
    const uint64_t lowest = (uint64_t)(uint32_t)p->floor << p->floor_shift >> exponent;
    mote_bands at = {exponent, p->fft, data, p->edges, p->rise, 0};
    mote_next_band(&at);
    for (int32_t b = 0; b < p->bands; ++b) {
        const uint64_t energy = mote_next_band(&at) + lowest;
        out[b] = mote_log2(energy > 0 ? energy : 1, p->log2) + (exponent - 75) * 65536;
    }
}
