#include "math_f64.h"

#pragma clang fp contract(off)

// 2 / pi: a word of zeros, then 1280 bits after the point.
static const uint64_t two_over_pi[21] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41,
    0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
    0xf0cfbc209af4361d,
};

static uint64_t word_at(unsigned bit) {
    const unsigned word = bit / 64, shift = bit % 64;
    const uint64_t high = two_over_pi[word] << shift;
    return shift == 0 ? high : high | (word + 1 < 21 ? two_over_pi[word + 1] >> (64 - shift) : 0);
}

// |x| = m 2^e. Bits of 2 / pi that make multiples of 4 quarter turns are passed over; the 192 after them leave an error
// below 2^-137 of a quarter turn, where the nearest that a double comes to a multiple is about 2^-62.
f64_angle grad_far_angle(double x) {
    const uint64_t bits = f64_bits(x);
    const int exponent = (int)(bits >> 52 & 0x7ff) - 1075;
    if (exponent == 0x7ff - 1075) return (f64_angle){0, NAN, NAN};
    const uint64_t m = (bits & 0x000fffffffffffffu) | 0x0010000000000000u;
    const unsigned start = (unsigned)(exponent - 2 + 64);

    unsigned __int128 sum = (unsigned __int128)m * word_at(start + 128);
    const uint64_t p0 = (uint64_t)sum;
    sum = (sum >> 64) + (unsigned __int128)m * word_at(start + 64);
    const uint64_t p1 = (uint64_t)sum;
    const uint64_t p2 = (uint64_t)(sum >> 64) + m * word_at(start);

    uint64_t quarters = p2 >> 62;
    uint64_t f2 = p2 << 2 | p1 >> 62, f1 = p1 << 2 | p0 >> 62, f0 = p0 << 2;
    const int above_half = f2 >> 63 != 0;
    if (above_half) {
        quarters++;
        f0 = -f0;
        f1 = ~f1 + (f0 == 0);
        f2 = ~f2 + (f0 == 0 && f1 == 0);
    }
    int zeros = 0;
    while (f2 == 0 && zeros < 128) {
        f2 = f1;
        f1 = f0;
        f0 = 0;
        zeros += 64;
    }
    if (f2 == 0) return (f64_angle){quarters, 0, 0};
    const int shift = __builtin_clzll(f2);
    if (shift > 0) {
        f2 = f2 << shift | f1 >> (64 - shift);
        f1 = f1 << shift | f0 >> (64 - shift);
    }
    const double unit = f64_from_bits((uint64_t)(1023 - zeros - shift) << 52);
    const double a = (double)(f2 >> 11) * 0x1p-53, b = (double)((f2 & 0x7ff) << 42 | f1 >> 22) * 0x1p-106;
    double low = 0;
    const double high = f64_product(a, HALF_PI_HIGH, &low);
    low += a * HALF_PI_LOW + b * HALF_PI_HIGH;
    const double sum_of_both = high + low;
    f64_angle angle = {quarters, sum_of_both * unit, ((high - sum_of_both) + low) * unit};
    if (above_half != (x < 0)) {
        angle.high = -angle.high;
        angle.low = -angle.low;
    }
    if (x < 0) angle.quarters = -angle.quarters;
    return angle;
}
