#ifndef GRAD_MATH_F64_H
#define GRAD_MATH_F64_H

// Every elementwise operation on one double, within 3 units in the last place (most within 1) over the whole range.
#include "coefficients.h"

// Same bits at every vector width: no multiplication and addition may be contracted to one rounding.
#pragma clang fp contract(off)

GRAD_INLINE uint64_t f64_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
GRAD_INLINE double f64_from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#define NUMBER double
#define BITS uint64_t
#define TYPED(name) f64_##name
#define SQUARE_ROOT __builtin_elementwise_sqrt
#define MANTISSA 52
#define BIAS 1023
#define SIGN_BIT 0x8000000000000000u
#define MANTISSA_BITS 0x000fffffffffffffu
#define SPLIT_BITS 0xfffffffff8000000u
#define ROOT_HALF_BITS 0x3fe6a09e667f3bcdu
#define WHOLE_BITS 0x4330000000000000u
#define WHOLE 0x1p52
#define SHIFT 0x1.8p52
#define LEAST_NORMAL 0x1p-1022
#define NORMALIZE 0x1p54
#define NORMALIZE_BY 54
#define TINY 0x1p-54
#define LOG2_E 0x1.71547652b82fep+0
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define EXP_MOST 710.0
#define EXP_LEAST -746.0
#define TANH_ONE 20.0
#define GELU_ZERO 39.0
#include "transcendental.h"
#include "number_end.h"

#include "power.h"
#include "trigonometry.h"

GRAD_INLINE double f64_floor(double x) { return __builtin_floor(x); }
GRAD_INLINE double f64_ceil(double x) { return __builtin_ceil(x); }
GRAD_INLINE double f64_round(double x) { return __builtin_rint(x); }

GRAD_INLINE double f64_mod(double a, double b) {
    const double r = fmod(a, b);
    return r == 0 ? __builtin_copysign(0.0, b) : (r < 0) != (b < 0) ? r + b : r;
}

// exp(|x|) / 2, which still is finite where exp(|x|) no longer is.
GRAD_INLINE double f64_half_exp(double magnitude) {
    double k;
    const double v = f64_exp_parts(magnitude > 712 ? 712 : magnitude, &k);
    return f64_scale(v, k - 1);
}
GRAD_INLINE double f64_sinh(double x) {
    const double a = f64_abs(x), z = a * a, e = f64_half_exp(a);
    return f64_with_sign(a < 1 ? a + a * (z * f64_sinh_tail(z < 1 ? z : 1)) : e - 0.25 / e, x);
}
GRAD_INLINE double f64_cosh(double x) {
    const double e = f64_half_exp(f64_abs(x));
    return e + 0.25 / e;
}

// log(a + sqrt(a^2 + 1)) by log1p; from 2^28 on it is log(2 a).
GRAD_INLINE double f64_asinh(double x) {
    const double a = f64_abs(x), square = a * a;
    const double less_one = a < 0x1p28 ? a + square / (1 + f64_sqrt(square + 1)) : a - 1;
    const double v = f64_log1p_doubled(less_one, a < 0x1p28 ? 0 : 1);
    return f64_with_sign(a < 0x1p-28 ? a : v, x);
}
GRAD_INLINE double f64_acosh(double x) {
    const double t = x - 1, less_one = x < 0x1p28 ? t + f64_sqrt(t * (x + 1)) : t;
    const double v = f64_log1p_doubled(less_one, x < 0x1p28 ? 0 : 1);
    return x == 1 ? 0 : x < 1 ? NAN : v;
}
GRAD_INLINE double f64_atanh(double x) {
    const double a = f64_abs(x);
    const double v = 0.5 * f64_log1p_doubled((a + a) / (1 - a), 0);
    return f64_with_sign(a > 1 ? NAN : a < 0x1p-28 ? a : v, x);
}

#endif
