// Reductions and scans for one type (see elementwise.h for the three macros it is included with).
//
// The association of a sum is fixed by the length alone, never by the vector width: 256 bytes of lanes, which the compiler
// maps to as many registers as the width at hand needs; blocks of 32 turns of all lanes; the lanes as a tree; the blocks as a tree.

typedef NUMBER lanes __attribute__((vector_size(256)));
typedef NUMBER loose_lanes __attribute__((vector_size(256), aligned(sizeof(NUMBER)), may_alias));
// Numbers, about, between two looks at whether to stop.
enum { LONG_ROW = 1 << 20 };
enum { LANES = 256 / sizeof(NUMBER), BLOCK = 32 * LANES, ROWS = 32, COLUMNS = 2048 / sizeof(NUMBER), FEW = 8 };

// A mask of all ones or none chooses bits.
typedef __typeof__((lanes){0} < (lanes){0}) mask;
#define CHOOSE(lanes, mask, condition, one, other) ((lanes)(((mask)(one) & (condition)) | ((mask)(other) & ~(condition))))

#define SUM_LANES(acc, v) ((acc) + (v))
#define PROD_LANES(acc, v) ((acc) * (v))
#define MIN_LANES(acc, v) CHOOSE(lanes, mask, ((acc) < (v)) | ((acc) != (acc)), acc, v)
#define MAX_LANES(acc, v) CHOOSE(lanes, mask, ((acc) > (v)) | ((acc) != (acc)), acc, v)

// A row of few numbers fills none of the lanes; a vector of its own takes it whole, and joins its halves as the tree of all lanes would.
enum { SHORT = 16, HALF = SHORT / 2 };
typedef NUMBER short_lanes __attribute__((vector_size(SHORT * sizeof(NUMBER))));
typedef NUMBER loose_short_lanes __attribute__((vector_size(SHORT * sizeof(NUMBER)), aligned(sizeof(NUMBER)), may_alias));
typedef __typeof__((short_lanes){0} < (short_lanes){0}) short_mask;
#define MIN_SHORT(acc, v) CHOOSE(short_lanes, short_mask, ((acc) < (v)) | ((acc) != (acc)), acc, v)
#define MAX_SHORT(acc, v) CHOOSE(short_lanes, short_mask, ((acc) > (v)) | ((acc) != (acc)), acc, v)

#define FOLD(name, COMBINE_LANES, COMBINE_SHORT, combine, IDENTITY) \
    GRAD_INLINE NUMBER name##_of_short(const short_lanes *all) { \
        const short_lanes v = *all; \
        NUMBER tree[HALF]; \
        _Pragma("clang loop unroll(full)") for (size_t k = 0; k < HALF; k++) tree[k] = combine(v[k], v[k + HALF]); \
        _Pragma("clang loop unroll(full)") for (size_t width = HALF / 2; width > 0; width /= 2) { \
            for (size_t k = 0; k < width; k++) tree[k] = combine(tree[k], tree[k + width]); \
        } \
        return combine(tree[0], IDENTITY); \
    } \
    GRAD_INLINE NUMBER name##_block(const NUMBER *x, size_t n) { \
        if (n < FEW) { \
            NUMBER few = n == 0 ? IDENTITY : x[0]; \
            for (size_t i = 1; i < n; i++) few = combine(few, x[i]); \
            return few; \
        } \
        lanes all = IDENTITY - (lanes){0}; \
        size_t i = 0; \
        for (; i + LANES <= n; i += LANES) { \
            const lanes v = *(const loose_lanes *)(x + i); \
            all = COMBINE_LANES(all, v); \
        } \
        if (i < n) { \
            lanes v = IDENTITY - (lanes){0}; \
            memcpy(&v, x + i, (n - i) * sizeof *x); \
            all = COMBINE_LANES(all, v); \
        } \
        NUMBER tree[LANES]; \
        memcpy(tree, &all, sizeof tree); \
        _Pragma("clang loop unroll(full)") for (size_t width = LANES / 2; width > 0; width /= 2) { \
            for (size_t k = 0; k < width; k++) tree[k] = combine(tree[k], tree[k + width]); \
        } \
        return tree[0]; \
    } \
    /* A binary counter of blocks: equal trees are joined as soon as there are two. */ \
    GRAD_INLINE NUMBER name##_row(const NUMBER *x, size_t n) { \
        if (n <= BLOCK) return name##_block(x, n); \
        NUMBER trees[64]; \
        size_t count = 0, block = 0; \
        for (size_t i = 0; i < n; i += BLOCK, block++) { \
            NUMBER value = name##_block(x + i, n - i < BLOCK ? n - i : BLOCK); \
            for (size_t carry = block; carry & 1; carry >>= 1) value = combine(trees[--count], value); \
            trees[count++] = value; \
            if (block % (LONG_ROW / BLOCK) == LONG_ROW / BLOCK - 1 && grad_should_stop()) return value; \
        } \
        NUMBER value = trees[--count]; \
        while (count > 0) value = combine(trees[--count], value); \
        return value; \
    } \
    /* Rows of FEW to twice SHORT numbers: of longer ones the second half joins the first, as in the tree of all lanes. A load may reach into the next \
       row, but not behind the last. */ \
    static GRAD_CLONES void name##_short_rows(size_t outer, size_t length, const NUMBER *x, NUMBER *y) { \
        const size_t whole = length > SHORT ? SHORT : 0; \
        NUMBER ones[SHORT]; \
        for (size_t k = 0; k < SHORT; k++) ones[k] = k < length - whole; \
        const short_mask taken = *(const loose_short_lanes *)ones != 0; \
        const short_lanes none = IDENTITY - (short_lanes){0}; \
        size_t o = 0; \
        for (; o * length + whole + SHORT <= outer * length; o++) { \
            const short_lanes v = *(const loose_short_lanes *)(x + o * length + whole); \
            short_lanes own = (short_lanes)(((short_mask)v & taken) | ((short_mask)none & ~taken)); \
            if (whole) { \
                const short_lanes u = *(const loose_short_lanes *)(x + o * length); \
                own = COMBINE_SHORT(u, own); \
            } \
            y[o] = name##_of_short(&own); \
        } \
        for (; o < outer; o++) y[o] = name##_block(x + o * length, length); \
    } \
    static GRAD_CLONES void name##_rows(size_t outer, size_t length, const NUMBER *x, NUMBER *y) { \
        for (size_t o = 0, done = 0; o < outer; o++, done += length) { \
            y[o] = name##_row(x + o * length, length); \
            if (done >= LONG_ROW) { \
                if (grad_should_stop()) return; \
                done = 0; \
            } \
        } \
    } \
    static GRAD_CLONES void name##_into(size_t width, const NUMBER *x, NUMBER *y) { \
        GRAD_VECTORIZE for (size_t j = 0; j < width; j++) y[j] = combine(y[j], x[j]); \
    } \
    static GRAD_CLONES void name##_few_rows(size_t rows, size_t stride, size_t width, const NUMBER *x, NUMBER *y) { \
        memcpy(y, x, width * sizeof *y); \
        size_t r = 1; \
        for (; r + 4 <= rows; r += 4) { \
            const NUMBER *x0 = x + r * stride, *x1 = x0 + stride, *x2 = x1 + stride, *x3 = x2 + stride; \
            GRAD_VECTORIZE for (size_t j = 0; j < width; j++) \
                y[j] = combine(combine(combine(combine(y[j], x0[j]), x1[j]), x2[j]), x3[j]); \
        } \
        for (; r < rows; r++) { \
            const NUMBER *x0 = x + r * stride; \
            GRAD_VECTORIZE for (size_t j = 0; j < width; j++) y[j] = combine(y[j], x0[j]); \
        } \
    } \
    /* Pairwise over the rows; at most COLUMNS columns, so that a level of the recursion is 2 KB of stack. */ \
    static void name##_strip(size_t rows, size_t stride, size_t width, const NUMBER *x, NUMBER *y) { \
        if (rows <= ROWS) { \
            name##_few_rows(rows, stride, width, x, y); \
            return; \
        } \
        if (rows * width >= LONG_ROW && grad_should_stop()) return; \
        size_t half = ROWS; \
        while (half < rows - half) half *= 2; \
        NUMBER rest[COLUMNS]; \
        name##_strip(half, stride, width, x, y); \
        name##_strip(rows - half, stride, width, x + half * stride, rest); \
        name##_into(width, rest, y); \
    } \
    /* Few columns leave the lanes empty: several rows are then taken as one long row, whose parts are joined at the end. */ \
    static void name##_narrow(size_t length, size_t inner, const NUMBER *x, NUMBER *y) { \
        NUMBER wide[COLUMNS]; \
        const size_t most = COLUMNS / inner; \
        size_t together = most; \
        const size_t turns = length / together; \
        if (turns < 2) { \
            name##_strip(length, inner, inner, x, y); \
            return; \
        } \
        name##_strip(turns, together * inner, together * inner, x, wide); \
        while (together > 1) { \
            const size_t half = (together + 1) / 2; \
            name##_into((together - half) * inner, wide + half * inner, wide); \
            together = half; \
        } \
        memcpy(y, wide, inner * sizeof *y); \
        const size_t done = turns * most; \
        if (done < length) { \
            name##_strip(length - done, inner, inner, x + done * inner, wide); \
            name##_into(inner, wide, y); \
        } \
    } \
    static void name##_columns(size_t outer, size_t length, size_t inner, const NUMBER *x, NUMBER *y) { \
        for (size_t o = 0; o < outer; o++, x += length * inner, y += inner) { \
            if (length == 0) { \
                for (size_t j = 0; j < inner; j++) y[j] = IDENTITY; \
            } else if (inner < LANES) { \
                name##_narrow(length, inner, x, y); \
            } else { \
                for (size_t j = 0; j < inner; j += COLUMNS) \
                    name##_strip(length, inner, inner - j < COLUMNS ? inner - j : COLUMNS, x + j, y + j); \
            } \
        } \
    }

FOLD(sum, SUM_LANES, SUM_LANES, TYPED(add), (NUMBER)0)
FOLD(prod, PROD_LANES, PROD_LANES, TYPED(mul), (NUMBER)1)
FOLD(min, MIN_LANES, MIN_SHORT, TYPED(min), (NUMBER)INFINITY)
FOLD(max, MAX_LANES, MAX_SHORT, TYPED(max), (NUMBER)-INFINITY)

GRAD_CLONES void PUBLIC(grad_sum_lanes)(size_t n, const NUMBER *x, NUMBER *partial) {
    lanes all;
    memcpy(&all, partial, sizeof all);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) all += *(const loose_lanes *)(x + i);
    memcpy(partial, &all, sizeof all);
    for (size_t k = 0; i < n; i++, k++) partial[k] += x[i];
}

// The products are rounded before they are added.
GRAD_CLONES void PUBLIC(grad_dot_lanes)(size_t n, const NUMBER *x, const NUMBER *y, NUMBER *partial) {
    lanes all;
    memcpy(&all, partial, sizeof all);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) all += *(const loose_lanes *)(x + i) * *(const loose_lanes *)(y + i);
    memcpy(partial, &all, sizeof all);
    for (size_t k = 0; i < n; i++, k++) partial[k] += x[i] * y[i];
}

NUMBER PUBLIC(grad_sum_of_lanes)(const NUMBER *partial) {
    NUMBER tree[LANES];
    memcpy(tree, partial, sizeof tree);
    for (size_t width = LANES / 2; width > 0; width /= 2) {
        for (size_t k = 0; k < width; k++) tree[k] += tree[k + width];
    }
    return tree[0];
}

// The first place of a value, or of NaN if that is the value.
static GRAD_CLONES size_t place(size_t n, const NUMBER *x, NUMBER value) {
    enum { STEP = 64 };
    size_t i = 0;
    const int looking_for_nan = value != value;
    for (; i + STEP <= n; i += STEP) {
        int found = 0;
        for (size_t k = 0; k < STEP; k++) found |= looking_for_nan ? x[i + k] != x[i + k] : x[i + k] == value;
        if (found || (i > 0 && i % LONG_ROW == 0 && grad_should_stop())) break;
    }
    while (i < n && !(looking_for_nan ? x[i] != x[i] : x[i] == value)) i++;
    return i < n ? i : 0;
}

// Places count as NUMBERs while the best of each column is looked for; a float holds whole numbers to 2^24, so single
// precision keeps its places in 64 bits.
#define PLACES(name, better) \
    static GRAD_CLONES void name##_strip(size_t length, size_t stride, size_t width, const NUMBER *x, NUMBER *y) { \
        NUMBER best[COLUMNS]; \
        uint64_t at[COLUMNS]; \
        for (size_t j = 0; j < width; j++) { \
            best[j] = x[j]; \
            at[j] = 0; \
        } \
        for (size_t r = 1; r < length; r++) { \
            if (r % (LONG_ROW / COLUMNS) == 0 && grad_should_stop()) return; \
            const NUMBER *row = x + r * stride; \
            GRAD_VECTORIZE for (size_t j = 0; j < width; j++) { \
                const int take = (better(row[j], best[j]) | (row[j] != row[j])) & (best[j] == best[j]); \
                best[j] = take ? row[j] : best[j]; \
                at[j] = take ? r : at[j]; \
            } \
        } \
        for (size_t j = 0; j < width; j++) y[j] = (NUMBER)at[j]; \
    } \
    static void name##_columns(size_t outer, size_t length, size_t inner, const NUMBER *x, NUMBER *y) { \
        for (size_t o = 0; o < outer; o++, x += length * inner, y += inner) \
            for (size_t j = 0; j < inner; j += COLUMNS) \
                name##_strip(length, inner, inner - j < COLUMNS ? inner - j : COLUMNS, x + j, y + j); \
    }
#define LESS(a, b) ((a) < (b))
#define MORE(a, b) ((a) > (b))
PLACES(argmin, LESS)
PLACES(argmax, MORE)

// Whether any is true (stop 1) or all are (stop 0); looks no further than it needs, a block at a time.
static GRAD_CLONES int meets(size_t n, const NUMBER *x, int stop) {
    enum { STEP = 64 };
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        int met = 0;
        for (size_t k = 0; k < STEP; k++) met |= (x[i + k] != 0) == stop;
        if (met) return 1;
        if (i > 0 && i % LONG_ROW == 0 && grad_should_stop()) return 0;
    }
    for (; i < n; i++)
        if ((x[i] != 0) == stop) return 1;
    return 0;
}

static GRAD_CLONES void truths(size_t length, size_t inner, const NUMBER *x, NUMBER *y, int stop) {
    for (size_t j = 0; j < inner; j++) y[j] = !stop;
    for (size_t r = 0, done = 0; r < length; r++, done += inner) {
        if (done >= LONG_ROW) {
            if (grad_should_stop()) return;
            done = 0;
        }
        const NUMBER *row = x + r * inner;
        const NUMBER met = stop;
        GRAD_VECTORIZE for (size_t j = 0; j < inner; j++) y[j] = (row[j] != 0) == stop ? met : y[j];
    }
}

static void truth(int stop, size_t outer, size_t length, size_t inner, const NUMBER *x, NUMBER *y) {
    for (size_t o = 0; o < outer; o++, x += length * inner, y += inner) {
        if (inner == 1) *y = meets(length, x, stop) == stop; else truths(length, inner, x, y, stop);
    }
}

void PUBLIC(grad_reduce)(grad_reduction op, size_t outer, size_t length, size_t inner, const NUMBER *x, NUMBER *y) {
    switch (op) {
#define FOLD_CASE(OP, name) \
    case GRAD_REDUCE_##OP: \
        if (inner == 1 && length >= FEW && length <= 2 * SHORT) { \
            for (size_t o = 0, most = LONG_ROW / SHORT; o < outer; o += most) { \
                if (o > 0 && grad_should_stop()) return; \
                name##_short_rows(outer - o < most ? outer - o : most, length, x + o * length, y + o); \
            } \
        } else if (inner == 1) name##_rows(outer, length, x, y); \
        else name##_columns(outer, length, inner, x, y); \
        return;
        FOLD_CASE(SUM, sum)
        FOLD_CASE(PROD, prod)
        FOLD_CASE(MIN, min)
        FOLD_CASE(MAX, max)
#define PLACE_CASE(OP, name, value) \
    case GRAD_REDUCE_##OP: \
        if (length == 0) { \
            for (size_t j = 0; j < outer * inner; j++) y[j] = 0; \
        } else if (inner == 1) { \
            for (size_t o = 0; o < outer; o++, x += length) { \
                NUMBER extreme; \
                value##_rows(1, length, x, &extreme); \
                y[o] = (NUMBER)place(length, x, extreme); \
            } \
        } else { \
            name##_columns(outer, length, inner, x, y); \
        } \
        return;
        PLACE_CASE(ARGMIN, argmin, min)
        PLACE_CASE(ARGMAX, argmax, max)
    case GRAD_REDUCE_ANY: truth(1, outer, length, inner, x, y); return;
    case GRAD_REDUCE_ALL: truth(0, outer, length, inner, x, y); return;
    }
}

#define SCAN(name) \
    static GRAD_CLONES void scan_##name(size_t outer, size_t length, size_t inner, const NUMBER *x, NUMBER *y) { \
        for (size_t o = 0; o < outer; o++, x += length * inner, y += length * inner) { \
            if (length == 0) continue; \
            if (length * inner >= LONG_ROW && grad_should_stop()) return; \
            if (inner == 1) { \
                NUMBER running = y[0] = x[0]; \
                for (size_t start = 1; start < length; start += LONG_ROW) { \
                    const size_t end = length - start < LONG_ROW ? length : start + LONG_ROW; \
                    for (size_t i = start; i < end; i++) y[i] = running = TYPED(name)(running, x[i]); \
                    if (end < length && grad_should_stop()) return; \
                } \
                continue; \
            } \
            if (x != y) memcpy(y, x, inner * sizeof *y); \
            for (size_t i = inner, done = 0; i < length * inner; i += inner, done += inner) { \
                if (done >= LONG_ROW) { \
                    if (grad_should_stop()) return; \
                    done = 0; \
                } \
                GRAD_VECTORIZE for (size_t j = 0; j < inner; j++) y[i + j] = TYPED(name)(y[i - inner + j], x[i + j]); \
            } \
        } \
    }
SCAN(add)
SCAN(mul)

void PUBLIC(grad_scan)(grad_operation op, size_t outer, size_t length, size_t inner, const NUMBER *x, NUMBER *y) {
    if (op == GRAD_ADD) scan_add(outer, length, inner, x, y);
    if (op == GRAD_MUL) scan_mul(outer, length, inner, x, y);
}
