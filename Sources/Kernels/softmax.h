// Softmax and its logarithm for one type (NUMBER and PUBLIC as in elementwise.h), made of reductions and exponentials over as many
// rows at a time as stay in cache.

// A row from LONG on is computed in stretches: what a look at whether to stop costs is nothing beside either.
enum { STRETCH = 1 << 17, LONG = 1 << 20 };

// The loop over rows is inside, since a call for each would cost more than a short row.
static GRAD_CLONES void minus_rows(size_t rows, size_t length, size_t inner, const NUMBER *x, const NUMBER *m, NUMBER *y) {
    for (size_t r = 0; r < rows; r++, m += inner) {
        if (inner == 1) {
            const NUMBER only = *m;
            GRAD_VECTORIZE for (size_t l = 0; l < length; l++) y[l] = x[l] - only;
            x += length;
            y += length;
            continue;
        }
        for (size_t l = 0; l < length; l++, x += inner, y += inner)
            GRAD_VECTORIZE for (size_t i = 0; i < inner; i++) y[i] = x[i] - m[i];
    }
}

static GRAD_CLONES void over_rows(size_t rows, size_t length, size_t inner, const NUMBER *s, NUMBER *y) {
    for (size_t r = 0; r < rows; r++, s += inner) {
        if (inner == 1) {
            const NUMBER only = *s;
            GRAD_VECTORIZE for (size_t l = 0; l < length; l++) y[l] /= only;
            y += length;
            continue;
        }
        for (size_t l = 0; l < length; l++, y += inner)
            GRAD_VECTORIZE for (size_t i = 0; i < inner; i++) y[i] /= s[i];
    }
}

// exp(x - m) or x - m along one long row, in stretches with a look at whether to stop between them; false when it is to.
static bool long_minus(bool exponential, size_t length, size_t inner, const NUMBER *x, const NUMBER *m, NUMBER *y) {
    const size_t most = inner < STRETCH ? STRETCH / inner : 1;
    for (size_t l = 0; l < length; l += most) {
        const size_t part = length - l < most ? length - l : most;
        minus_rows(1, part, inner, x + l * inner, m, y + l * inner);
        if (exponential) PUBLIC(grad_unary)(GRAD_EXP, part * inner, y + l * inner, y + l * inner);
        if (grad_should_stop()) return false;
    }
    return true;
}

static void long_over(size_t length, size_t inner, const NUMBER *s, NUMBER *y) {
    const size_t most = inner < STRETCH ? STRETCH / inner : 1;
    for (size_t l = 0; l < length; l += most) {
        over_rows(1, length - l < most ? length - l : most, inner, s, y + l * inner);
        if (grad_should_stop()) return;
    }
}

// The same for one row that does not stay in cache.
static void long_row(bool logarithm, size_t length, size_t inner, const NUMBER *x, NUMBER *y, NUMBER *largest, NUMBER *sums) {
    PUBLIC(grad_reduce)(GRAD_REDUCE_MAX, 1, length, inner, x, largest);
    if (grad_should_stop() || !long_minus(true, length, inner, x, largest, y)) return;
    PUBLIC(grad_reduce)(GRAD_REDUCE_SUM, 1, length, inner, y, sums);
    if (grad_should_stop()) return;
    if (!logarithm) return long_over(length, inner, sums, y);
    PUBLIC(grad_unary)(GRAD_LOG, inner, sums, sums);
    if (long_minus(false, length, inner, x, largest, y)) long_minus(false, length, inner, y, sums, y);
}

// The largest number of each row is taken off first, so that no exponential overflows.
void PUBLIC(grad_softmax)(bool logarithm, size_t outer, size_t length, size_t inner, const NUMBER *x, NUMBER *y,
                          NUMBER *scratch) {
    const size_t block = length * inner;
    if (block == 0) return;
    const size_t most = block < IN_CACHE ? IN_CACHE / block : 1;
    for (size_t o = 0; o < outer; o += most) {
        const size_t rows = outer - o < most ? outer - o : most, count = rows * inner;
        NUMBER *largest = scratch, *sums = scratch + count;
        if (block >= LONG) {
            long_row(logarithm, length, inner, x, y, largest, sums);
            x += block;
            y += block;
            if (grad_should_stop()) return;
            continue;
        }
        PUBLIC(grad_reduce)(GRAD_REDUCE_MAX, rows, length, inner, x, largest);
        minus_rows(rows, length, inner, x, largest, y);
        PUBLIC(grad_unary)(GRAD_EXP, rows * block, y, y);
        PUBLIC(grad_reduce)(GRAD_REDUCE_SUM, rows, length, inner, y, sums);
        if (logarithm) {
            PUBLIC(grad_unary)(GRAD_LOG, count, sums, sums);
            // One after the other: their sum would round away what is small beside the largest number.
            minus_rows(rows, length, inner, x, largest, y);
            minus_rows(rows, length, inner, y, sums, y);
        } else {
            over_rows(rows, length, inner, sums, y);
        }
        x += rows * block;
        y += rows * block;
        if (rows * block >= 1 << 12 && grad_should_stop()) return;
    }
}
