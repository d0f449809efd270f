// Softmax and its logarithm for one type (NUMBER and PUBLIC as in elementwise.h), made of reductions and exponentials over as many
// rows at a time as stay in cache.

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

// What is made of a row and of one number of it, of each column's own where there are columns.
typedef enum { EXPONENTIAL, DIFFERENCE, QUOTIENT } stage;

static void stage_of(stage made, size_t rows, size_t length, size_t inner, const NUMBER *x, const NUMBER *m, NUMBER *y) {
    if (made == QUOTIENT) {
        over_rows(rows, length, inner, m, y);
        return;
    }
    minus_rows(rows, length, inner, x, m, y);
    if (made == EXPONENTIAL) PUBLIC(grad_unary)(GRAD_EXP, rows * length * inner, y, y);
}

// One row that does not stay in cache is made in stretches, with a look at whether to stop behind each; false when it is to.
static bool whole_stage(stage made, size_t rows, size_t length, size_t inner, const NUMBER *x, const NUMBER *m, NUMBER *y) {
    enum { STRETCH = 1 << 17 };
    if (rows > 1 || length * inner <= STRETCH) {
        stage_of(made, rows, length, inner, x, m, y);
        return true;
    }
    const size_t wide = inner < STRETCH ? inner : STRETCH, most = STRETCH / wide;
    for (size_t l = 0; l < length; l += most) {
        const size_t part = length - l < most ? length - l : most;
        for (size_t i = 0; i < inner; i += wide) {
            const size_t at = l * inner + i;
            stage_of(made, 1, part, inner - i < wide ? inner - i : wide, x + at, m + i, y + at);
            if (grad_should_stop()) return false;
        }
    }
    return true;
}

// The largest number of each row is taken off first, so that no exponential overflows. Either result may be null.
void PUBLIC(grad_softmax)(size_t outer, size_t length, size_t inner, const NUMBER *x, NUMBER *soft, NUMBER *logarithm, NUMBER *scratch) {
    const size_t block = length * inner;
    if (block == 0) return;
    const size_t most = block < IN_CACHE ? IN_CACHE / block : 1;
    for (size_t o = 0; o < outer; o += most) {
        const size_t rows = outer - o < most ? outer - o : most, count = rows * inner, place = o * block;
        NUMBER *largest = scratch, *sums = scratch + count, *room = (soft ? soft : logarithm) + place;
        PUBLIC(grad_reduce)(GRAD_REDUCE_MAX, rows, length, inner, x + place, largest);
        if (!whole_stage(EXPONENTIAL, rows, length, inner, x + place, largest, room)) return;
        PUBLIC(grad_reduce)(GRAD_REDUCE_SUM, rows, length, inner, room, sums);
        if (soft && !whole_stage(QUOTIENT, rows, length, inner, soft + place, sums, soft + place)) return;
        if (logarithm) {
            PUBLIC(grad_unary)(GRAD_LOG, count, sums, sums);
            // One after the other: their sum would round away what is small beside the largest number.
            if (!whole_stage(DIFFERENCE, rows, length, inner, x + place, largest, logarithm + place)) return;
            if (!whole_stage(DIFFERENCE, rows, length, inner, logarithm + place, sums, logarithm + place)) return;
        }
        if (rows * block >= 1 << 12 && grad_should_stop()) return;
    }
}
