#include "math_f64.h"

#pragma clang fp contract(off)

// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3; SC 2011). The counter's low
// half is the block's number and its high half the stream; a block gives two 64-bit words.
GRAD_INLINE void philox(uint64_t key, uint64_t low, uint64_t high, uint64_t *first, uint64_t *second) {
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    uint32_t c0 = (uint32_t)low, c1 = (uint32_t)(low >> 32), c2 = (uint32_t)high, c3 = (uint32_t)(high >> 32);
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    *first = (uint64_t)c1 << 32 | c0;
    *second = (uint64_t)c3 << 32 | c2;
}

void grad_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]) {
    uint64_t first, second;
    philox((uint64_t)key[1] << 32 | key[0], (uint64_t)counter[1] << 32 | counter[0],
           (uint64_t)counter[3] << 32 | counter[2], &first, &second);
    words[0] = (uint32_t)first;
    words[1] = (uint32_t)(first >> 32);
    words[2] = (uint32_t)second;
    words[3] = (uint32_t)(second >> 32);
}

// 53 bits: [0, 1) for the uniform and the angle, (0, 1] for the radius, whose logarithm must be finite.
GRAD_INLINE double unit(uint64_t bits) { return (double)(int64_t)(bits >> 11) * 0x1p-53; }
GRAD_INLINE double unit_above_zero(uint64_t bits) { return (double)(int64_t)((bits >> 11) + 1) * 0x1p-53; }

GRAD_INLINE void normal_pair(uint64_t one, uint64_t two, double *first, double *second) {
    const double radius = f64_sqrt(-2 * f64_log(unit_above_zero(one)));
    const f64_angle angle = f64_near_angle(0x1.921fb54442d18p+2 * unit(two));
    *first = radius * f64_cos_of(angle);
    *second = radius * f64_sin_of(angle);
}

static GRAD_CLONES void bits_blocks(uint64_t key, uint64_t stream, uint64_t block, size_t pairs, uint64_t *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < pairs; i++) philox(key, block + i, stream, &y[2 * i], &y[2 * i + 1]);
}

static GRAD_CLONES void uniform_blocks(uint64_t key, uint64_t stream, uint64_t block, size_t pairs, double *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < pairs; i++) {
        uint64_t first, second;
        philox(key, block + i, stream, &first, &second);
        y[2 * i] = unit(first);
        y[2 * i + 1] = unit(second);
    }
}

// By 32 pairs: first the bits, then the functions, each a loop without the other's registers.
static GRAD_CLONES void normal_blocks(uint64_t key, uint64_t stream, uint64_t block, size_t pairs, double *y) {
    enum { PAIRS = 32 };
    uint64_t ones[PAIRS], twos[PAIRS];
    double results[2 * PAIRS];
    for (size_t start = 0; start < pairs; start += PAIRS) {
        const size_t count = pairs - start < PAIRS ? pairs - start : PAIRS;
        GRAD_VECTORIZE for (size_t i = 0; i < PAIRS; i++) philox(key, block + start + i, stream, &ones[i], &twos[i]);
        GRAD_VECTORIZE_LONG for (size_t i = 0; i < PAIRS; i++)
            normal_pair(ones[i], twos[i], &results[2 * i], &results[2 * i + 1]);
        memcpy(y + 2 * start, results, 2 * count * sizeof *y);
    }
}

// A stretch may begin with the second number of a block and end with the first of another.
#define STRETCH(NAME, BLOCKS, NUMBER) \
    void NAME(uint64_t key, uint64_t stream, uint64_t first, size_t n, NUMBER *y) { \
        NUMBER pair[2]; \
        if (n > 0 && first % 2 == 1) { \
            BLOCKS(key, stream, first / 2, 1, pair); \
            *y++ = pair[1]; \
            first++; \
            n--; \
        } \
        BLOCKS(key, stream, first / 2, n / 2, y); \
        if (n % 2 == 1) { \
            BLOCKS(key, stream, first / 2 + n / 2, 1, pair); \
            y[n - 1] = pair[0]; \
        } \
    }
STRETCH(grad_bits_u64, bits_blocks, uint64_t)
STRETCH(grad_uniform_f64, uniform_blocks, double)
STRETCH(grad_normal_f64, normal_blocks, double)
