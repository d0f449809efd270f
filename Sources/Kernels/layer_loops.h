// Gathers, and what goes behind a matrix product, for one type (see elementwise.h for the macros it is included with).

#define GATHER(name, INDEX) \
    void name(const NUMBER *x, size_t row, const INDEX *indices, size_t n, NUMBER *y) { \
        if (row == 1) { \
            for (size_t i = 0; i < n; i++) y[i] = x[(size_t)indices[i]]; \
        } else { \
            for (size_t i = 0; i < n; i++) memcpy(y + i * row, x + (size_t)indices[i] * row, row * sizeof *y); \
        } \
    }
GATHER(PUBLIC(grad_gather_rows), int64_t)
GATHER(PUBLIC(grad_gather_rows_by_number), double)

GRAD_CLONES void PUBLIC(grad_scatter_add_rows)(const NUMBER *x, size_t row, const int64_t *indices, size_t n, NUMBER *y) {
    for (size_t i = 0; i < n; i++) {
        const NUMBER *from = x + i * row;
        NUMBER *to = y + (size_t)indices[i] * row;
        GRAD_VECTORIZE for (size_t j = 0; j < row; j++) to[j] += from[j];
    }
}

static GRAD_CLONES void add_rows(size_t rows, size_t stride, size_t columns, const NUMBER *x, const NUMBER *bias, NUMBER *y) {
    for (size_t r = 0; r < rows; r++) {
        GRAD_VECTORIZE for (size_t j = 0; j < columns; j++) y[r * columns + j] = x[r * stride + j] + bias[j];
    }
}

// Several short rows, or a part of a long one, at a time: the sums stay in the first-level cache for the operation.
void PUBLIC(grad_bias_unary)(grad_operation op, size_t rows, size_t columns, const NUMBER *x, const NUMBER *bias, NUMBER *y) {
    enum { ROOM = 8192 / sizeof(NUMBER) };
    if (columns == 0) return;
    if (op == GRAD_IDENTITY) {
        add_rows(rows, columns, columns, x, bias, y);
        return;
    }
    NUMBER room[ROOM];
    const size_t height = columns < ROOM ? ROOM / columns : 1;
    for (size_t r = 0; r < rows; r += height) {
        const size_t count = rows - r < height ? rows - r : height;
        for (size_t c = 0; c < columns; c += ROOM) {
            const size_t width = columns - c < ROOM ? columns - c : ROOM, place = r * columns + c;
            add_rows(count, columns, width, x + place, bias + c, room);
            PUBLIC(grad_unary)(op, count * width, room, y + place);
        }
    }
}

// The derivative at y = op(x), told by y.
#define SLOPES(X) \
    X(IDENTITY, identity, 1) X(RELU, relu, y > 0 ? 1 : 0) X(TANH, tanh, 1 - y * y) X(SIGMOID, sigmoid, y * (1 - y)) \
    X(EXP, exp, y) X(SOFTPLUS, softplus, -TYPED(expm1)(-y)) X(SQRT, sqrt, (NUMBER)0.5 / y) X(RECIPROCAL, reciprocal, -y * y)
#define SLOPE_LOOP(OP, name, EXPRESSION) \
    static GRAD_CLONES void slope_##name(size_t n, const NUMBER *ys, const NUMBER *dy, NUMBER *dx) { \
        GRAD_VECTORIZE for (size_t i = 0; i < n; i++) { \
            const NUMBER y = ys[i]; \
            (void)y; \
            dx[i] = dy[i] * (EXPRESSION); \
        } \
    }
SLOPES(SLOPE_LOOP)

int PUBLIC(grad_bias_unary_backward)(grad_operation op, size_t rows, size_t columns, const NUMBER *y, const NUMBER *dy, NUMBER *dx,
                                     NUMBER *dbias) {
    switch (op) {
#define SLOPE_CASE(OP, name, EXPRESSION) case GRAD_##OP: slope_##name(rows * columns, y, dy, dx); break;
        SLOPES(SLOPE_CASE)
    default: return 0;
    }
    if (dbias) PUBLIC(grad_reduce)(GRAD_REDUCE_SUM, 1, rows, columns, dx, dbias);
    return 1;
}
