#ifndef GRAD_NUMERIC_H
#define GRAD_NUMERIC_H

#include "kernels.h"

// Programs of plain numbers: what the interpreter makes of loops and functions that only compute. Registers are doubles in a window
// of a stack, one window for each call under way; a step has three operands, a number of its own, and a place to go on at.

// JUMP_… go to the step's place if the comparison holds, SKIP_… unless it holds: with NaN both differ from their opposites.
// …_K compares or computes with the step's own number in place of b.
#define GRAD_EACH_NUMERIC_STEP(X) \
    X(MOVE) X(CONSTANT) X(GLOBAL) X(NEGATE) X(SQUARED) X(UNARY) X(BINARY) \
    X(PLUS) X(MINUS) X(TIMES) X(OVER) X(PLUS_K) X(MINUS_K) X(TIMES_K) X(OVER_K) X(K_MINUS) X(K_OVER) \
    X(TIMES_PLUS) X(TIMES_MINUS) X(MINUS_TIMES) X(TIMES_K_PLUS) X(TIMES_K_MINUS) X(MINUS_TIMES_K) \
    X(JUMP) X(AGAIN) \
    X(JUMP_LT) X(JUMP_LE) X(JUMP_EQ) X(JUMP_NE) X(SKIP_LT) X(SKIP_LE) \
    X(JUMP_LT_K) X(JUMP_LE_K) X(JUMP_GT_K) X(JUMP_GE_K) X(JUMP_EQ_K) X(JUMP_NE_K) \
    X(SKIP_LT_K) X(SKIP_LE_K) X(SKIP_GT_K) X(SKIP_GE_K) \
    X(RANGE) X(COUNT_CLOSED) X(COUNT_OPEN) \
    X(ELEMENT) X(ENTRY) X(SET_ELEMENT) X(SET_ENTRY) \
    X(CALL) X(RETURN) X(ASK) X(LEAVE) X(END)

enum {
#define GRAD_STEP(name) GRAD_STEP_##name,
    GRAD_EACH_NUMERIC_STEP(GRAD_STEP)
#undef GRAD_STEP
};

typedef struct {
    uint16_t op, dst, a, b, c, unused;
    int32_t target;
    double number;
} grad_step;

// Numbers of a vector (columns 1) or a matrix, row after row.
typedef struct {
    double *numbers;
    int64_t rows, columns;
} grad_table;

typedef struct {
    int32_t back;   // the step after the call
    uint16_t window; // how far the caller's registers lie below
    uint16_t dst;
} grad_call;

typedef struct {
    const grad_step *code;
    const grad_table *tables;
    const double *globals;
    double *registers, *end;
    grad_call *calls;
    int32_t call_limit;
    int32_t depth;      // calls under way; 0 at the start
    int32_t at;         // the step to begin with; afterwards the one that it ended with
    int32_t countdown;  // turns and calls until the next look at whether to stop
    double result;
} grad_numeric;

typedef enum {
    GRAD_NUMERIC_ENDED,    // at END
    GRAD_NUMERIC_RETURNED, // the outermost function's result lies in `result`
    GRAD_NUMERIC_PAUSED,   // the countdown ran out; to be run again as it is
    GRAD_NUMERIC_ASKED,    // ASK: the caller puts the answer to question a of register b into dst, and goes on behind it
    GRAD_NUMERIC_LEFT,     // something else than plain numbers in range is needed at `at`
} grad_numeric_end;

grad_numeric_end grad_run_numeric(grad_numeric *state);

#endif
