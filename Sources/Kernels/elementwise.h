// The elementwise loops for one type: NUMBER is the type, TYPED(name) its function, PUBLIC(name) the name it is called by.
// Included once by elementwise_f64.c and once by elementwise_f32.c.
#include "operations.h"

#define SHORT_UNARY_LOOP(OP, name) \
    static GRAD_CLONES void unary_##name(size_t n, const NUMBER *x, NUMBER *y) { \
        GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(name)(x[i]); \
    }
GRAD_EACH_SHORT_UNARY(SHORT_UNARY_LOOP)

// Long operations go by stretches of a fixed length. The last one is filled up with zeros: a whole stretch costs little
// more than the scalar code would for one number of it, since the chain is long and the units are many.
enum { STRETCH = 256 / sizeof(NUMBER) };
#define STRETCHES(n, x, y, WORK) \
    NUMBER padded[STRETCH], results[STRETCH]; \
    for (size_t start = 0; start < n; start += STRETCH) { \
        const size_t count = n - start < STRETCH ? n - start : STRETCH; \
        const NUMBER *in = x + start; \
        NUMBER *out = y + start; \
        if (count < STRETCH) { \
            memset(padded, 0, sizeof padded); \
            memcpy(padded, in, count * sizeof *in); \
            in = padded; \
            out = results; \
        } \
        WORK \
        if (count < STRETCH) memcpy(y + start, results, count * sizeof *y); \
    }

#define LONG_UNARY_LOOP(OP, name) \
    static GRAD_CLONES void unary_##name(size_t n, const NUMBER *x, NUMBER *y) { \
        STRETCHES(n, x, y, GRAD_VECTORIZE_LONG for (size_t i = 0; i < STRETCH; i++) out[i] = TYPED(name)(in[i]);) \
    }
GRAD_EACH_LONG_UNARY(LONG_UNARY_LOOP)

// A stretch without large arguments, which is the rule, goes through the vectorized loop; the bits are the same either way.
#define TRIGONOMETRIC_LOOP(OP, name) \
    static GRAD_CLONES void unary_##name(size_t n, const NUMBER *x, NUMBER *y) { \
        STRETCHES(n, x, y, \
            int far = 0; \
            GRAD_VECTORIZE_LONG for (size_t i = 0; i < STRETCH; i++) far |= TYPED(is_far)(in[i]); \
            if (far) { \
                for (size_t i = 0; i < count; i++) out[i] = TYPED(name)(in[i]); \
            } else { \
                GRAD_VECTORIZE_LONG for (size_t i = 0; i < STRETCH; i++) out[i] = TYPED(name##_near)(in[i]); \
            }) \
    }
GRAD_EACH_TRIGONOMETRIC(TRIGONOMETRIC_LOOP)

// Three loops, since a stride that is known only at run time would not be vectorized.
#define BINARY_LOOP(OP, name) \
    static GRAD_CLONES void binary_##name(size_t n, const NUMBER *a, size_t sa, const NUMBER *b, size_t sb, NUMBER *y) { \
        if (sa && sb) { \
            GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(name)(a[i], b[i]); \
        } else if (sa) { \
            const NUMBER only = *b; \
            GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(name)(a[i], only); \
        } else { \
            const NUMBER only = *a; \
            GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(name)(only, b[i * sb]); \
        } \
    }
GRAD_EACH_SHORT_BINARY(BINARY_LOOP)

// One loop for all strides: a second operand that is one number is spread over a stretch first. A first one, as the base of Adam's powers, is not, so that
// what depends on it alone is computed once.
#define LONG_BINARY_LOOP(OP, name) \
    static GRAD_CLONES void binary_##name(size_t n, const NUMBER *a, size_t sa, const NUMBER *b, size_t sb, NUMBER *y) { \
        NUMBER as[STRETCH], bs[STRETCH], results[STRETCH]; \
        const NUMBER only = *a; \
        for (size_t i = 0; i < STRETCH; i++) { \
            as[i] = *a; \
            bs[i] = *b; \
        } \
        for (size_t start = 0; start < n; start += STRETCH) { \
            const size_t count = n - start < STRETCH ? n - start : STRETCH; \
            const NUMBER *left = sa ? a + start : as, *right = sb ? b + start : bs; \
            NUMBER *out = y + start; \
            if (count < STRETCH) { \
                if (sa) left = memcpy(as, left, count * sizeof *as); \
                if (sb) right = memcpy(bs, right, count * sizeof *bs); \
                out = results; \
            } \
            if (sa) { \
                GRAD_VECTORIZE_LONG for (size_t i = 0; i < STRETCH; i++) out[i] = TYPED(name##_in_loop)(left[i], right[i]); \
            } else { \
                GRAD_VECTORIZE_LONG for (size_t i = 0; i < STRETCH; i++) out[i] = TYPED(name##_in_loop)(only, right[i]); \
            } \
            if (count < STRETCH) memcpy(y + start, results, count * sizeof *y); \
        } \
    }
GRAD_EACH_LONG_BINARY(LONG_BINARY_LOOP)

#define EXPONENT_LOOP(value, name) \
    static GRAD_CLONES void pow_##name(size_t n, const NUMBER *x, NUMBER *y) { \
        GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(pow_##name)(x[i]); \
    }
GRAD_EACH_EXPONENT(EXPONENT_LOOP)

static int short_pow(size_t n, const NUMBER *x, NUMBER exponent, NUMBER *y) {
#define EXPONENT_CASE(value, name) \
    if (exponent == (NUMBER)value) { \
        pow_##name(n, x, y); \
        return 1; \
    }
    GRAD_EACH_EXPONENT(EXPONENT_CASE)
    return 0;
}

void PUBLIC(grad_unary)(grad_operation op, size_t n, const NUMBER *x, NUMBER *y) {
    switch (op) {
#define UNARY_CASE(OP, name) case GRAD_##OP: unary_##name(n, x, y); return;
        GRAD_EACH_UNARY(UNARY_CASE)
    default: return;
    }
}

void PUBLIC(grad_binary)(grad_operation op, size_t n, const NUMBER *a, size_t sa, const NUMBER *b, size_t sb, NUMBER *y) {
    if (n == 0) return;
    if (op == GRAD_POW && sa && !sb && short_pow(n, a, *b, y)) return;
    switch (op) {
#define BINARY_CASE(OP, name) case GRAD_##OP: binary_##name(n, a, sa, b, sb, y); return;
        GRAD_EACH_BINARY(BINARY_CASE)
    default: return;
    }
}

static GRAD_CLONES void where_rows(size_t n, const NUMBER *c, const NUMBER *a, const NUMBER *b, NUMBER *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(where)(c[i], a[i], b[i]);
}
static GRAD_CLONES void where_row_one(size_t n, const NUMBER *c, const NUMBER *a, NUMBER b, NUMBER *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(where)(c[i], a[i], b);
}
static GRAD_CLONES void where_one_row(size_t n, const NUMBER *c, NUMBER a, const NUMBER *b, NUMBER *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(where)(c[i], a, b[i]);
}
static GRAD_CLONES void where_ones(size_t n, const NUMBER *c, NUMBER a, NUMBER b, NUMBER *y) {
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(where)(c[i], a, b);
}
static GRAD_CLONES void copy(size_t n, const NUMBER *x, size_t sx, NUMBER *y) {
    if (sx) {
        if (x != y) memmove(y, x, n * sizeof *y);
        return;
    }
    const NUMBER only = *x;
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = only;
}

void PUBLIC(grad_where)(size_t n, const NUMBER *c, size_t sc, const NUMBER *a, size_t sa, const NUMBER *b, size_t sb,
                        NUMBER *y) {
    if (n == 0) return;
    if (!sc) {
        if (*c != 0) copy(n, a, sa, y); else copy(n, b, sb, y);
    } else if (sa && sb) {
        where_rows(n, c, a, b, y);
    } else if (sa) {
        where_row_one(n, c, a, *b, y);
    } else if (sb) {
        where_one_row(n, c, *a, b, y);
    } else {
        where_ones(n, c, *a, *b, y);
    }
}
