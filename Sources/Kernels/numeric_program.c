#include "include/numeric.h"

#pragma clang fp contract(off)

// The place of an index that counts from the end if it is negative; -1 for one that is not whole or out of range.
static inline int64_t place_of(double index, int64_t length) {
    if (!(index > -9e15 && index < 9e15)) return -1;
    const int64_t whole = (int64_t)index;
    if ((double)whole != index) return -1;
    const int64_t place = whole < 0 ? whole + length : whole;
    return place >= 0 && place < length ? place : -1;
}

static __attribute__((noinline)) double far_apply(uint16_t op, double a, double b) {
    return op == GRAD_POW && b == 2 ? a * a : grad_scalar((grad_operation)op, a, b, 0);
}

// Threaded code, as in grad_run_scalar.
grad_numeric_end grad_run_numeric(grad_numeric *state) {
    static const void *const places[] = {
#define PLACE(name) &&do_##name,
        GRAD_EACH_NUMERIC_STEP(PLACE)
    };
    const grad_step *const code = state->code;
    const grad_table *const tables = state->tables;
    const grad_step *at = code + state->at;
    double *r = state->registers;
    int32_t countdown = state->countdown;
    goto *places[at->op];

#define A r[at->a]
#define B r[at->b]
#define C r[at->c]
#define K at->number
#define DST r[at->dst]
#define GO goto *places[at->op]
#define NEXT \
    at++; \
    GO
#define JUMP_TO(where) \
    at = code + (where); \
    GO
#define STOP(end) \
    do { \
        state->at = (int32_t)(at - code); \
        state->registers = r; \
        state->countdown = countdown; \
        return end; \
    } while (0)

do_MOVE:
    DST = A;
    NEXT;
do_CONSTANT:
    DST = K;
    NEXT;
do_GLOBAL:
    DST = state->globals[at->a];
    NEXT;
do_NEGATE:
    DST = -A;
    NEXT;
do_SQUARED:
    DST = A * A;
    NEXT;
do_UNARY:
    DST = far_apply(at->c, A, 0);
    NEXT;
do_BINARY:
    DST = far_apply(at->c, A, B);
    NEXT;
#define COMPUTE(name, expression) \
    do_##name : DST = expression; \
    NEXT;
    COMPUTE(PLUS, A + B)
    COMPUTE(MINUS, A - B)
    COMPUTE(TIMES, A *B)
    COMPUTE(OVER, A / B)
    COMPUTE(PLUS_K, A + K)
    COMPUTE(MINUS_K, A - K)
    COMPUTE(TIMES_K, A *K)
    COMPUTE(OVER_K, A / K)
    COMPUTE(K_MINUS, K - A)
    COMPUTE(K_OVER, K / A)
    COMPUTE(TIMES_PLUS, A *B + C)
    COMPUTE(TIMES_MINUS, A *B - C)
    COMPUTE(MINUS_TIMES, C - A * B)
    COMPUTE(TIMES_K_PLUS, A *K + C)
    COMPUTE(TIMES_K_MINUS, A *K - C)
    COMPUTE(MINUS_TIMES_K, C - A * K)
do_AGAIN:
    if (--countdown < 0) STOP(GRAD_NUMERIC_PAUSED);
do_JUMP:
    JUMP_TO(at->target);
#define COMPARE(name, condition) \
    do_##name : if (condition) { JUMP_TO(at->target); } \
    NEXT;
    COMPARE(JUMP_LT, A < B)
    COMPARE(JUMP_LE, A <= B)
    COMPARE(JUMP_EQ, A == B)
    COMPARE(JUMP_NE, A != B)
    COMPARE(SKIP_LT, !(A < B))
    COMPARE(SKIP_LE, !(A <= B))
    COMPARE(JUMP_LT_K, A < K)
    COMPARE(JUMP_LE_K, A <= K)
    COMPARE(JUMP_GT_K, A > K)
    COMPARE(JUMP_GE_K, A >= K)
    COMPARE(JUMP_EQ_K, A == K)
    COMPARE(JUMP_NE_K, A != K)
    COMPARE(SKIP_LT_K, !(A < K))
    COMPARE(SKIP_LE_K, !(A <= K))
    COMPARE(SKIP_GT_K, !(A > K))
    COMPARE(SKIP_GE_K, !(A >= K))
do_RANGE: // from A to B: a finite start, an end that is a number
    if (!(A - A == 0) || B != B) STOP(GRAD_NUMERIC_LEFT);
    NEXT;
do_COUNT_CLOSED:
    if (--countdown < 0) STOP(GRAD_NUMERIC_PAUSED);
    DST += 1;
    if (DST <= A) { JUMP_TO(at->target); }
    NEXT;
do_COUNT_OPEN:
    if (--countdown < 0) STOP(GRAD_NUMERIC_PAUSED);
    DST += 1;
    if (DST < A) { JUMP_TO(at->target); }
    NEXT;
do_ELEMENT: {
    const grad_table *const table = tables + at->a;
    const int64_t place = place_of(B, table->rows);
    if (place < 0) STOP(GRAD_NUMERIC_LEFT);
    DST = table->numbers[place];
    NEXT;
}
do_ENTRY: {
    const grad_table *const table = tables + at->a;
    const int64_t row = place_of(B, table->rows), column = place_of(C, table->columns);
    if (row < 0 || column < 0) STOP(GRAD_NUMERIC_LEFT);
    DST = table->numbers[row * table->columns + column];
    NEXT;
}
do_SET_ELEMENT: {
    const grad_table *const table = tables + at->a;
    const int64_t place = place_of(B, table->rows);
    if (place < 0) STOP(GRAD_NUMERIC_LEFT);
    table->numbers[place] = DST;
    NEXT;
}
do_SET_ENTRY: {
    const grad_table *const table = tables + at->a;
    const int64_t row = place_of(B, table->rows), column = place_of(C, table->columns);
    if (row < 0 || column < 0) STOP(GRAD_NUMERIC_LEFT);
    table->numbers[row * table->columns + column] = DST;
    NEXT;
}
do_CALL: { // a: where the callee's window begins; b: how many registers it writes, with those that it hands on
    if (--countdown < 0) STOP(GRAD_NUMERIC_PAUSED);
    double *const window = r + at->a;
    if (window + at->b > state->end || state->depth >= state->call_limit) STOP(GRAD_NUMERIC_LEFT);
    state->calls[state->depth++] = (grad_call){(int32_t)(at - code) + 1, at->a, at->dst};
    r = window;
    JUMP_TO(at->target);
}
do_RETURN: {
    const double result = A;
    if (state->depth == 0) {
        state->result = result;
        STOP(GRAD_NUMERIC_RETURNED);
    }
    const grad_call *const call = state->calls + --state->depth;
    r -= call->window;
    r[call->dst] = result;
    JUMP_TO(call->back);
}
do_ASK:
    STOP(GRAD_NUMERIC_ASKED);
do_LEAVE:
    STOP(GRAD_NUMERIC_LEFT);
do_END:
    STOP(GRAD_NUMERIC_ENDED);
}
