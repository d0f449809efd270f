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

// A row of n bytes, at least `half` and at most twice as many, is two copies of `half` bytes that may overlap: no call and no loop for a row.
#define IN_HALVES(half) \
    for (size_t r = 0; r < rows; r++, from += from_step, to += to_step) { \
        memcpy(to, from, half); \
        memcpy(to + n - half, from + n - half, half); \
    }
static GRAD_CLONES void copy_rows(size_t rows, size_t n, const char *from, size_t from_step, char *to, size_t to_step) {
    if (n > 256 || n < 4) {
        for (size_t r = 0; r < rows; r++) memcpy(to + r * to_step, from + r * from_step, n);
    } else if (n >= 128) {
        IN_HALVES(128)
    } else if (n >= 64) {
        IN_HALVES(64)
    } else if (n >= 32) {
        IN_HALVES(32)
    } else if (n >= 16) {
        IN_HALVES(16)
    } else if (n >= 8) {
        IN_HALVES(8)
    } else {
        IN_HALVES(4)
    }
}
void grad_copy_rows(size_t rows, size_t bytes, const void *from, size_t from_step, void *to, size_t to_step) {
    copy_rows(rows, bytes, from, from_step, to, to_step);
}

#define ADD_ROWS(NAME, NUMBER) \
    GRAD_CLONES void NAME(size_t rows, size_t n, const NUMBER *from, size_t from_step, NUMBER *to, size_t to_step) { \
        for (size_t r = 0; r < rows; r++, from += from_step, to += to_step) { \
            GRAD_VECTORIZE for (size_t i = 0; i < n; i++) to[i] += from[i]; \
        } \
    }
ADD_ROWS(grad_add_rows_f64, double)
ADD_ROWS(grad_add_rows_f32, float)

GRAD_CLONES void grad_f64_to_f32(size_t n, const double *x, float *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = (float)x[i];
}
GRAD_CLONES void grad_f32_to_f64(size_t n, const float *x, double *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = x[i];
}
