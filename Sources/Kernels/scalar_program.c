#include "include/programs.h"
#include "math_f64.h"
#include "operations.h"

#pragma clang fp contract(off)

// Long operations stay out of the dispatch, whose functions then have nothing to save.
#define OUT_OF_LINE_UNARY(OP, name) static __attribute__((noinline)) double far_##name(double a) { return f64_##name(a); }
#define OUT_OF_LINE_BINARY(OP, name) \
    static __attribute__((noinline)) double far_##name(double a, double b) { return f64_##name(a, b); }
GRAD_EACH_LONG_UNARY(OUT_OF_LINE_UNARY)
GRAD_EACH_TRIGONOMETRIC(OUT_OF_LINE_UNARY)
GRAD_EACH_LONG_BINARY(OUT_OF_LINE_BINARY)

// Threaded code: every operation is a function that ends by a jump to the next one's, so that the processor predicts each jump from its own
// history. (Labels in one function were joined by the compiler to a single jump for all.) Gives the guard that failed, or null at the end.
typedef const grad_instruction *operation(const grad_instruction *at, const grad_instruction *end, double *registers);
static operation *const operations[GRAD_LAST_OPERATION + 1];

#define A registers[at->a]
#define B registers[at->b]
#define C registers[at->c]
#define OPERATION(name, RESULT) \
    static const grad_instruction *do_##name(const grad_instruction *at, const grad_instruction *end, double *registers) { \
        RESULT; \
        if (++at == end) return NULL; \
        __attribute__((musttail)) return operations[at->op](at, end, registers); \
    }
#define NEAR_UNARY(OP, name) OPERATION(name, registers[at->dst] = f64_##name(A))
#define FAR_UNARY(OP, name) OPERATION(name, registers[at->dst] = far_##name(A))
#define NEAR_BINARY(OP, name) OPERATION(name, registers[at->dst] = f64_##name(A, B))
#define FAR_BINARY(OP, name) OPERATION(name, registers[at->dst] = far_##name(A, B))
GRAD_EACH_SHORT_UNARY(NEAR_UNARY)
GRAD_EACH_LONG_UNARY(FAR_UNARY)
GRAD_EACH_TRIGONOMETRIC(FAR_UNARY)
GRAD_EACH_SHORT_BINARY(NEAR_BINARY)
GRAD_EACH_LONG_BINARY(FAR_BINARY)
OPERATION(where, registers[at->dst] = f64_where(A, B, C))
OPERATION(mul_add, registers[at->dst] = A * B + C)
OPERATION(mul_sub, registers[at->dst] = A * B - C)
OPERATION(sub_mul, registers[at->dst] = C - A * B)
OPERATION(guard, if ((A != 0) != at->b) return at)
OPERATION(single, registers[at->dst] = (double)(float)A)

static operation *const operations[GRAD_LAST_OPERATION + 1] = {
#define ENTRY(OP, name) [GRAD_##OP] = do_##name,
    GRAD_EACH_UNARY(ENTRY) GRAD_EACH_BINARY(ENTRY)
    [GRAD_WHERE] = do_where, [GRAD_MUL_ADD] = do_mul_add, [GRAD_MUL_SUB] = do_mul_sub, [GRAD_SUB_MUL] = do_sub_mul,
    [GRAD_GUARD] = do_guard, [GRAD_SINGLE] = do_single,
};

GRAD_INLINE ptrdiff_t run(const grad_instruction *code, size_t n, double *registers) {
    if (n == 0) return GRAD_RAN_TO_THE_END;
    const grad_instruction *const stopped = operations[code->op](code, code + n, registers);
    return stopped ? stopped - code : GRAD_RAN_TO_THE_END;
}

ptrdiff_t grad_run_scalar(const grad_instruction *code, size_t n, double *registers) { return run(code, n, registers); }

typedef struct {
    const double *numbers;
    size_t stride;
} column_operand;
GRAD_INLINE column_operand operand_of(uint16_t name, const double *registers, const double *columns) {
    if (name < GRAD_COLUMN) return (column_operand){registers + name, 0};
    return (column_operand){columns + (name - GRAD_COLUMN) * GRAD_COLUMN_TURNS, 1};
}

static void run_columns(const grad_scalar_loop *loop, const double *registers, size_t turns) {
    double *const columns = loop->columns;
    for (size_t i = 0; i < turns; i++) columns[i] = registers[loop->counter] + (double)i;
    for (size_t k = 0; k < loop->counted_instructions; k++) {
        const grad_instruction at = loop->in_columns[k];
        double *const y = columns + at.dst * GRAD_COLUMN_TURNS;
        const column_operand a = operand_of(at.a, registers, columns), b = operand_of(at.b, registers, columns),
                             c = operand_of(at.c, registers, columns);
        if (at.op <= GRAD_LAST_UNARY) {
            grad_unary_f64((grad_operation)at.op, turns, a.numbers, y);
        } else if (at.op <= GRAD_LAST_BINARY) {
            grad_binary_f64((grad_operation)at.op, turns, a.numbers, a.stride, b.numbers, b.stride, y);
        } else if (at.op == GRAD_WHERE) {
            grad_where_f64(turns, a.numbers, a.stride, b.numbers, b.stride, c.numbers, c.stride, y);
        } else {
            grad_binary_f64(GRAD_MUL, turns, a.numbers, a.stride, b.numbers, b.stride, y);
            if (at.op == GRAD_MUL_ADD) grad_binary_f64(GRAD_ADD, turns, y, 1, c.numbers, c.stride, y);
            if (at.op == GRAD_MUL_SUB) grad_binary_f64(GRAD_SUB, turns, y, 1, c.numbers, c.stride, y);
            if (at.op == GRAD_SUB_MUL) grad_binary_f64(GRAD_SUB, turns, c.numbers, c.stride, y, 1, y);
        }
    }
}

ptrdiff_t grad_run_scalar_loop(const grad_scalar_loop *loop, double *registers, size_t count, const volatile int32_t *interrupt,
                               double *records, size_t *turns) {
    enum { POLLED_EVERY = 1024, FEW = 8 };
    const uint16_t *const recorded = loop->recorded;
    const grad_move *const moves = loop->moves, *const fed = loop->fed;
    const size_t width = loop->width, move_count = loop->move_count, fed_count = loop->fed_count;
    const int in_columns = loop->counted_instructions > 0 && count >= FEW;
    for (size_t turn = 0; turn < count; turn++) {
        if (interrupt && turn % POLLED_EVERY == 0 && *interrupt) {
            *turns = turn;
            return GRAD_INTERRUPTED;
        }
        if (in_columns) {
            const size_t row = turn % GRAD_COLUMN_TURNS, left = count - turn;
            if (row == 0) run_columns(loop, registers, left < GRAD_COLUMN_TURNS ? left : GRAD_COLUMN_TURNS);
            for (size_t k = 0; k < fed_count; k++) registers[fed[k].to] = loop->columns[fed[k].from * GRAD_COLUMN_TURNS + row];
        } else {
            run(loop->counted, loop->counted_instructions, registers);
        }
        const ptrdiff_t stopped = run(loop->code, loop->instructions, registers);
        if (stopped >= 0) {
            *turns = turn;
            return stopped;
        }
        if (records) {
            for (size_t k = 0; k < width; k++) records[k] = registers[recorded[k]];
            records += width;
        }
        for (size_t k = 0; k < move_count; k++) registers[moves[k].to] = registers[moves[k].from];
        if (loop->counter >= 0) registers[loop->counter]++;
    }
    *turns = count;
    return GRAD_RAN_TO_THE_END;
}
