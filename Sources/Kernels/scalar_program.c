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
static __attribute__((noinline)) double far_log_of_base(double a, double *low) { return f64_log_of_base(a, low); }
static __attribute__((noinline)) double far_pow_by_log(double a, double b, double l, double l_low) { return f64_pow_by_log(a, b, l, l_low); }

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
OPERATION(log_of_base, registers[at->dst] = far_log_of_base(A, &registers[at->dst + 1]))
OPERATION(pow_by_log, registers[at->dst] = far_pow_by_log(A, B, C, registers[at->c + 1]))

static operation *const operations[GRAD_LAST_OPERATION + 1] = {
#define ENTRY(OP, name) [GRAD_##OP] = do_##name,
    GRAD_EACH_UNARY(ENTRY) GRAD_EACH_BINARY(ENTRY)
    [GRAD_WHERE] = do_where, [GRAD_MUL_ADD] = do_mul_add, [GRAD_MUL_SUB] = do_mul_sub, [GRAD_SUB_MUL] = do_sub_mul,
    [GRAD_GUARD] = do_guard, [GRAD_SINGLE] = do_single, [GRAD_LOG_OF_BASE] = do_log_of_base, [GRAD_POW_BY_LOG] = do_pow_by_log,
};

GRAD_INLINE ptrdiff_t run(const grad_instruction *code, size_t n, double *registers) {
    if (n == 0) return GRAD_RAN_TO_THE_END;
    const grad_instruction *const stopped = operations[code->op](code, code + n, registers);
    return stopped ? stopped - code : GRAD_RAN_TO_THE_END;
}

ptrdiff_t grad_run_scalar(const grad_instruction *code, size_t n, double *registers) { return run(code, n, registers); }

ptrdiff_t grad_run_scalar_loop(const grad_scalar_loop *loop, double *registers, size_t count, const volatile int32_t *interrupt,
                               double *records, size_t *turns) {
    enum { POLLED_EVERY = 1024 };
    const uint16_t *const recorded = loop->recorded;
    const grad_move *const moves = loop->moves;
    const size_t width = loop->width, move_count = loop->move_count;
    for (size_t turn = 0; turn < count; turn++) {
        if (interrupt && turn % POLLED_EVERY == 0 && *interrupt) {
            *turns = turn;
            return GRAD_INTERRUPTED;
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
