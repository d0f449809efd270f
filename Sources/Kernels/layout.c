#include "clones.h"
#include "include/ledger.h"

// Squares between two looks at whether to stop: each may be the first to touch huge pages of the result, which takes milliseconds for each page.
#define SQUARES_BETWEEN_LOOKS 8

// A square of 16 by 16 doubles is 2 KB on each side: 16 cache lines read, 16 to 32 written, all in the first-level cache.
#define TRANSPOSE(NAME, NUMBER, SIDE) \
    static GRAD_CLONES void NAME##_square(size_t rows, size_t columns, const NUMBER *x, NUMBER *y) { \
        for (size_t j = 0; j < SIDE; j++) { \
            GRAD_VECTORIZE for (size_t i = 0; i < SIDE; i++) y[j * rows + i] = x[i * columns + j]; \
        } \
    } \
    void NAME(size_t rows, size_t columns, const NUMBER *x, NUMBER *y) { \
        size_t squares = 0; \
        for (size_t r = 0; r < rows; r += SIDE) { \
            const size_t height = rows - r < SIDE ? rows - r : SIDE; \
            for (size_t c = 0; c < columns; c += SIDE) { \
                if (++squares % SQUARES_BETWEEN_LOOKS == 0 && grad_should_stop()) return; \
                const size_t width = columns - c < SIDE ? columns - c : SIDE; \
                const NUMBER *from = x + r * columns + c; \
                NUMBER *to = y + c * rows + r; \
                if (height == SIDE && width == SIDE) { \
                    NAME##_square(rows, columns, from, to); \
                    continue; \
                } \
                for (size_t j = 0; j < width; j++) \
                    for (size_t i = 0; i < height; i++) to[j * rows + i] = from[i * columns + j]; \
            } \
        } \
    }
TRANSPOSE(grad_transpose_f64, double, 16)
TRANSPOSE(grad_transpose_f32, float, 16)

GRAD_CLONES void grad_f64_to_f32(size_t n, const double *x, float *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = (float)x[i];
}
GRAD_CLONES void grad_f32_to_f64(size_t n, const float *x, double *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = x[i];
}
