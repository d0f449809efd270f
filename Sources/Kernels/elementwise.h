// The elementwise loops for one type: NUMBER is the type, TYPED(name) its function, PUBLIC(name) the name it is called by.
// Included once by elementwise_f64.c and once by elementwise_f32.c.
#include "operations.h"

#define UNARY_LOOP(OP, name) \
    static GRAD_CLONES void unary_##name(size_t n, const NUMBER *x, NUMBER *y) { \
        GRAD_VECTORIZE for (size_t i = 0; i < n; i++) y[i] = TYPED(name)(x[i]); \
    }
GRAD_EACH_UNARY(UNARY_LOOP)

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
GRAD_EACH_BINARY(BINARY_LOOP)

void PUBLIC(grad_unary)(grad_operation op, size_t n, const NUMBER *x, NUMBER *y) {
    switch (op) {
#define UNARY_CASE(OP, name) case GRAD_##OP: unary_##name(n, x, y); return;
        GRAD_EACH_UNARY(UNARY_CASE)
    default: return;
    }
}

void PUBLIC(grad_binary)(grad_operation op, size_t n, const NUMBER *a, size_t sa, const NUMBER *b, size_t sb, NUMBER *y) {
    if (n == 0) return;
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
