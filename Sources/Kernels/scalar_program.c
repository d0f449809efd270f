#include "include/programs.h"
#include "math_f64.h"
#include "operations.h"

#pragma clang fp contract(off)

// Long operations stay out of the dispatcher, which keeps its own values in registers that way.
#define OUT_OF_LINE_UNARY(OP, name) static __attribute__((noinline)) double far_##name(double a) { return f64_##name(a); }
#define OUT_OF_LINE_BINARY(OP, name) \
    static __attribute__((noinline)) double far_##name(double a, double b) { return f64_##name(a, b); }
GRAD_EACH_LONG_UNARY(OUT_OF_LINE_UNARY)
GRAD_EACH_TRIGONOMETRIC(OUT_OF_LINE_UNARY)
GRAD_EACH_LONG_BINARY(OUT_OF_LINE_BINARY)

// Threaded code: every operation jumps to the next one's place by itself, so that the processor predicts each jump from its
// own history. The code's end is looked for once an instruction, a comparison beside the jump.
GRAD_INLINE ptrdiff_t run(const grad_instruction *code, size_t n, double *registers) {
    static const void *const places[] = {
#define PLACE(OP, name) [GRAD_##OP] = &&do_##name,
        GRAD_EACH_UNARY(PLACE) GRAD_EACH_BINARY(PLACE)
        [GRAD_WHERE] = &&do_where, [GRAD_MUL_ADD] = &&do_mul_add, [GRAD_MUL_SUB] = &&do_mul_sub,
        [GRAD_SUB_MUL] = &&do_sub_mul, [GRAD_GUARD] = &&do_guard, [GRAD_SINGLE] = &&do_single,
    };
    const grad_instruction *at = code, *const end = code + n;
    if (at == end) return GRAD_RAN_TO_THE_END;
    goto *places[at->op];

#define A registers[at->a]
#define B registers[at->b]
#define C registers[at->c]
#define NEXT \
    if (++at == end) return GRAD_RAN_TO_THE_END; \
    goto *places[at->op];
#define NEAR_UNARY(OP, name) do_##name: registers[at->dst] = f64_##name(A); NEXT
#define FAR_UNARY(OP, name) do_##name: registers[at->dst] = far_##name(A); NEXT
#define NEAR_BINARY(OP, name) do_##name: registers[at->dst] = f64_##name(A, B); NEXT
#define FAR_BINARY(OP, name) do_##name: registers[at->dst] = far_##name(A, B); NEXT
    GRAD_EACH_SHORT_UNARY(NEAR_UNARY)
    GRAD_EACH_LONG_UNARY(FAR_UNARY)
    GRAD_EACH_TRIGONOMETRIC(FAR_UNARY)
    GRAD_EACH_SHORT_BINARY(NEAR_BINARY)
    GRAD_EACH_LONG_BINARY(FAR_BINARY)
do_where:
    registers[at->dst] = f64_where(A, B, C);
    NEXT
do_mul_add:
    registers[at->dst] = A * B + C;
    NEXT
do_mul_sub:
    registers[at->dst] = A * B - C;
    NEXT
do_sub_mul:
    registers[at->dst] = C - A * B;
    NEXT
do_guard:
    if ((A != 0) != at->b) return at - code;
    NEXT
do_single:
    registers[at->dst] = (double)(float)A;
    NEXT
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
