#include "include/programs.h"
#include "clones.h"
#include "math_f64.h"
#include "operations.h"
#include "scalar_functions.h"

#pragma clang fp contract(off)

// Long operations stay out of the dispatch, whose functions then have nothing to save.
#define OUT_OF_LINE_UNARY(OP, name) static __attribute__((noinline)) double far_##name(double a) { return f64_##name(a); }
#define OUT_OF_LINE_BINARY(OP, name) \
    static __attribute__((noinline)) double far_##name(double a, double b) { return f64_##name(a, b); }
GRAD_EACH_LONG_UNARY(OUT_OF_LINE_UNARY)
GRAD_EACH_TRIGONOMETRIC(OUT_OF_LINE_UNARY)
OUT_OF_LINE_BINARY(ATAN2, atan2)

// From turn to turn a base is often the same, as in Adam's β^t: the logarithms of the last ones are kept.
static __attribute__((noinline)) double far_pow(double a, double b) {
    static _Thread_local struct {
        double base, high, low;
    } kept[4];
#define EXPONENT(value, name) if (b == value) return f64_pow_##name(a);
    GRAD_EACH_EXPONENT(EXPONENT)
#undef EXPONENT
    const double base = f64_abs(a);
    __typeof__(*kept) *own = &kept[f64_bits(base) * 0x9e3779b97f4a7c15u >> 62];
    if (own->base != base) {
        own->high = f64_precise_log(base, &own->low);
        own->base = base;
    }
    return f64_pow_by_log(a, b, own->high, own->low);
}

// Threaded code: every operation is a function that ends by a jump to the next one's, so that the processor predicts each jump from its own
// history. (Labels in one function were joined by the compiler to a single jump for all.) Gives the guard that failed, or null at the end.
// The last result goes along in a register of the processor: an operation of a form that takes an operand from there does not wait for memory.
typedef const grad_instruction *operation(const grad_instruction *at, const grad_instruction *end, double *registers, double hand);
enum { OPERATIONS = GRAD_OPERATIONS, FORMS = 4 };
static operation *const operations[FORMS * OPERATIONS];

#define A registers[at->a]
#define B registers[at->b]
#define C registers[at->c]
#define OPERATION(name, RESULT) \
    static const grad_instruction *name(const grad_instruction *at, const grad_instruction *end, double *registers, double hand) { \
        const double result = RESULT; \
        registers[at->dst] = result; \
        if (++at == end) return NULL; \
        __attribute__((musttail)) return operations[at->op](at, end, registers, result); \
    }
#define ONE(name, f) OPERATION(do_##name, f(A)) OPERATION(a_##name, f(hand))
#define TWO(name, f) OPERATION(do_##name, f(A, B)) OPERATION(a_##name, f(hand, B)) OPERATION(b_##name, f(A, hand))
#define THREE(name, f) \
    OPERATION(do_##name, f(A, B, C)) OPERATION(a_##name, f(hand, B, C)) OPERATION(b_##name, f(A, hand, C)) \
    OPERATION(c_##name, f(A, B, hand))
#define NEAR_UNARY(OP, name) ONE(name, f64_##name)
#define FAR_UNARY(OP, name) ONE(name, far_##name)
#define NEAR_BINARY(OP, name) TWO(name, f64_##name)
#define FAR_BINARY(OP, name) TWO(name, far_##name)
GRAD_INLINE double mul_add(double a, double b, double c) { return a * b + c; }
GRAD_INLINE double mul_sub(double a, double b, double c) { return a * b - c; }
GRAD_INLINE double sub_mul(double a, double b, double c) { return c - a * b; }
GRAD_INLINE double single(double a) { return (double)(float)a; }
GRAD_EACH_SHORT_UNARY(NEAR_UNARY)
GRAD_EACH_LONG_UNARY(FAR_UNARY)
GRAD_EACH_TRIGONOMETRIC(FAR_UNARY)
GRAD_EACH_SHORT_BINARY(NEAR_BINARY)
GRAD_EACH_LONG_BINARY(FAR_BINARY)
THREE(where, f64_where)
THREE(mul_add, mul_add)
THREE(mul_sub, mul_sub)
THREE(sub_mul, sub_mul)
ONE(single, single)
static const grad_instruction *do_guard(const grad_instruction *at, const grad_instruction *end, double *registers, double hand) {
    if ((A != 0) != at->b) return at;
    if (++at == end) return NULL;
    __attribute__((musttail)) return operations[at->op](at, end, registers, hand);
}

static operation *const operations[FORMS * OPERATIONS] = {
#define ONE_ENTRY(OP, name) [GRAD_##OP] = do_##name, [OPERATIONS + GRAD_##OP] = a_##name,
#define TWO_ENTRY(OP, name) ONE_ENTRY(OP, name) [2 * OPERATIONS + GRAD_##OP] = b_##name,
#define THREE_ENTRY(OP, name) TWO_ENTRY(OP, name) [3 * OPERATIONS + GRAD_##OP] = c_##name,
    GRAD_EACH_UNARY(ONE_ENTRY) GRAD_EACH_BINARY(TWO_ENTRY) THREE_ENTRY(WHERE, where) THREE_ENTRY(MUL_ADD, mul_add)
    THREE_ENTRY(MUL_SUB, mul_sub) THREE_ENTRY(SUB_MUL, sub_mul) ONE_ENTRY(SINGLE, single) [GRAD_GUARD] = do_guard,
};

void grad_hand_over(grad_instruction *code, size_t n) {
    uint16_t before = GRAD_GUARD;
    for (size_t i = 0; i < n; i++) {
        const uint16_t op = code[i].op;
        if (i > 0 && before != GRAD_GUARD && op != GRAD_GUARD) {
            const uint16_t result = code[i - 1].dst;
            const int is_unary = op <= GRAD_LAST_UNARY || op == GRAD_SINGLE, is_binary = !is_unary && op <= GRAD_LAST_BINARY;
            if (code[i].a == result) code[i].op = op + OPERATIONS;
            else if (!is_unary && code[i].b == result) code[i].op = op + 2 * OPERATIONS;
            else if (!is_unary && !is_binary && code[i].c == result) code[i].op = op + 3 * OPERATIONS;
        }
        before = op;
    }
}

#define CALLED_UNARY(OP, name) static double called_##name(double a) { return f64_##name(a); }
#define CALLED_BINARY(OP, name) static double called_##name(double a, double b) { return f64_##name(a, b); }
GRAD_EACH_SHORT_UNARY(CALLED_UNARY)
GRAD_EACH_SHORT_BINARY(CALLED_BINARY)
#define NEAR_FUNCTION(OP, name) [GRAD_##OP] = (grad_scalar_function *)called_##name,
#define FAR_FUNCTION(OP, name) [GRAD_##OP] = (grad_scalar_function *)far_##name,
grad_scalar_function *const grad_scalar_functions[GRAD_LAST_BINARY + 1] = {
    GRAD_EACH_SHORT_UNARY(NEAR_FUNCTION) GRAD_EACH_SHORT_BINARY(NEAR_FUNCTION) GRAD_EACH_LONG_UNARY(FAR_FUNCTION)
    GRAD_EACH_TRIGONOMETRIC(FAR_FUNCTION) GRAD_EACH_LONG_BINARY(FAR_FUNCTION)
};

GRAD_INLINE ptrdiff_t run(const grad_instruction *code, size_t n, double *registers) {
    if (n == 0) return GRAD_RAN_TO_THE_END;
    const grad_instruction *const stopped = operations[code->op](code, code + n, registers, 0);
    return stopped ? stopped - code : GRAD_RAN_TO_THE_END;
}

ptrdiff_t grad_run_scalar(const grad_instruction *code, size_t n, double *registers) { return run(code, n, registers); }

typedef struct {
    const double *numbers;
    size_t stride;
} column_operand;
GRAD_INLINE column_operand operand_of(uint16_t name, const double *registers, double *const *columns) {
    if (name < GRAD_COLUMN) return (column_operand){registers + name, 0};
    return (column_operand){columns[name - GRAD_COLUMN], 1};
}

void grad_run_columns(const grad_instruction *code, size_t n, const double *registers, double *const *columns, size_t turns) {
    for (size_t k = 0; k < n; k++) {
        const grad_instruction at = code[k];
        double *const y = columns[at.dst];
        const column_operand a = operand_of(at.a, registers, columns);
        if (at.op <= GRAD_LAST_UNARY) {
            grad_unary_f64((grad_operation)at.op, turns, a.numbers, y);
            continue;
        }
        if (at.op == GRAD_SINGLE) {
            for (size_t i = 0; i < turns; i++) y[i] = single(a.numbers[i]);
            continue;
        }
        const column_operand b = operand_of(at.b, registers, columns);
        if (at.op <= GRAD_LAST_BINARY) {
            grad_binary_f64((grad_operation)at.op, turns, a.numbers, a.stride, b.numbers, b.stride, y);
            continue;
        }
        const column_operand c = operand_of(at.c, registers, columns);
        if (at.op == GRAD_WHERE) {
            grad_where_f64(turns, a.numbers, a.stride, b.numbers, b.stride, c.numbers, c.stride, y);
        } else {
            grad_binary_f64(GRAD_MUL, turns, a.numbers, a.stride, b.numbers, b.stride, y);
            if (at.op == GRAD_MUL_ADD) grad_binary_f64(GRAD_ADD, turns, y, 1, c.numbers, c.stride, y);
            if (at.op == GRAD_MUL_SUB) grad_binary_f64(GRAD_SUB, turns, y, 1, c.numbers, c.stride, y);
            if (at.op == GRAD_SUB_MUL) grad_binary_f64(GRAD_SUB, turns, c.numbers, c.stride, y, 1, y);
        }
    }
}

ptrdiff_t grad_run_scalar_loop(const grad_scalar_loop *loop, double *registers, size_t count, size_t *turns) {
    double *const *const columns = loop->columns;
    const grad_move *const fed = loop->fed, *const kept = loop->kept, *const moves = loop->moves;
    const size_t fed_count = loop->fed_count, kept_count = loop->kept_count, move_count = loop->move_count;
    for (size_t k = 0; k < loop->start_count; k++) columns[loop->starts[k].to][0] = registers[loop->starts[k].from];
    for (size_t i = 0; i < count; i++) columns[0][i] = registers[loop->counter] + (double)i;
    grad_run_columns(loop->counted, loop->counted_instructions, registers, columns, count);
    if (loop->machine) return grad_run_machine_code(loop->machine, registers, columns, count, turns);
    ptrdiff_t stopped = GRAD_RAN_TO_THE_END;
    size_t turn = 0;
    for (; turn < count; turn++) {
        for (size_t k = 0; k < fed_count; k++) registers[fed[k].to] = columns[fed[k].from][turn];
        stopped = run(loop->code, loop->instructions, registers);
        if (stopped >= 0) break;
        for (size_t k = 0; k < kept_count; k++) columns[kept[k].to][turn] = registers[kept[k].from];
        for (size_t k = 0; k < move_count; k++) registers[moves[k].to] = registers[moves[k].from];
    }
    *turns = turn;
    return stopped;
}

static GRAD_CLONES int are_below(size_t n, const double *x, double limit) {
    int64_t others = 0;
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) others += !(__builtin_fabs(x[i]) < limit);
    return others == 0;
}
int grad_are_below(size_t n, const double *x, double limit) { return are_below(n, x, limit); }
