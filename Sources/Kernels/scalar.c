#include "math_f64.h"
#include "operations.h"

#pragma clang fp contract(off)

double grad_scalar(grad_operation op, double a, double b, double c) {
    switch (op) {
#define UNARY_CASE(OP, name) case GRAD_##OP: return f64_##name(a);
        GRAD_EACH_UNARY(UNARY_CASE)
#define BINARY_CASE(OP, name) case GRAD_##OP: return f64_##name(a, b);
        GRAD_EACH_BINARY(BINARY_CASE)
    case GRAD_WHERE: return f64_where(a, b, c);
    }
    return NAN;
}
