#ifndef GRAD_OPERATIONS_H
#define GRAD_OPERATIONS_H

// Every operation once: from these lists come the loops, the scalar form, programs and fused chains.
#define GRAD_EACH_UNARY(X) GRAD_EACH_SHORT_UNARY(X) GRAD_EACH_LONG_UNARY(X) GRAD_EACH_TRIGONOMETRIC(X)
#define GRAD_EACH_BINARY(X) GRAD_EACH_SHORT_BINARY(X) GRAD_EACH_LONG_BINARY(X)

// An instruction or a few.
#define GRAD_EACH_SHORT_UNARY(X) \
    X(NEG, neg) X(SQRT, sqrt) X(RELU, relu) X(ABS, abs) X(SIGN, sign) X(FLOOR, floor) X(CEIL, ceil) X(ROUND, round) \
    X(NOT, not) X(SQUARE, square) X(RECIPROCAL, reciprocal) X(STEP, step) X(IDENTITY, identity)
#define GRAD_EACH_SHORT_BINARY(X) \
    X(ADD, add) X(SUB, sub) X(MUL, mul) X(DIV, div) X(MOD, mod) X(MIN, min) X(MAX, max) X(EQ, eq) X(NE, ne) \
    X(LT, lt) X(LE, le) X(GT, gt) X(GE, ge) X(AND, and) X(OR, or)

// Polynomials.
#define GRAD_EACH_LONG_UNARY(X) \
    X(EXP, exp) X(LOG, log) X(LOG1P, log1p) X(EXPM1, expm1) X(ASIN, asin) X(ACOS, acos) X(ATAN, atan) X(SINH, sinh) \
    X(COSH, cosh) X(TANH, tanh) X(ASINH, asinh) X(ACOSH, acosh) X(ATANH, atanh) X(SIGMOID, sigmoid) \
    X(SOFTPLUS, softplus) X(GELU, gelu) X(SILU, silu) X(ERF, erf)
#define GRAD_EACH_LONG_BINARY(X) X(POW, pow) X(ATAN2, atan2)

// These reduce large arguments in another way than near ones, which a vectorized loop has to keep apart.
#define GRAD_EACH_TRIGONOMETRIC(X) X(SIN, sin) X(COS, cos) X(TAN, tan)

#endif
