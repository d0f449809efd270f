#ifndef GRAD_MATH_F32_H
#define GRAD_MATH_F32_H

// Every elementwise operation on one float.
#include "math_f64.h"

#pragma clang fp contract(off)

GRAD_INLINE uint32_t f32_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
GRAD_INLINE float f32_from_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#define NUMBER float
#define BITS uint32_t
#define TYPED(name) f32_##name
#define SQUARE_ROOT __builtin_elementwise_sqrt
#define MANTISSA 23
#define BIAS 127
#define SIGN_BIT 0x80000000u
#define MANTISSA_BITS 0x007fffffu
#define SPLIT_BITS 0xfffff000u
#define ROOT_HALF_BITS 0x3f3504f3u
#define WHOLE_BITS 0x4b000000u
#define WHOLE 0x1p23f
#define SHIFT 0x1.8p23f
#define LEAST_NORMAL 0x1p-126f
#define NORMALIZE 0x1p25f
#define NORMALIZE_BY 25
#define TINY 0x1p-25f
#define LOG2_E 0x1.715476p+0f
#define LN2_HIGH 0x1.62e4p-1f
#define LN2_LOW 0x1.7f7d1cp-20f
#define EXP_MOST 89.0f
#define EXP_LEAST -105.0f
#define TANH_ONE 10.0f
#define GELU_ZERO 15.0f
#include "transcendental.h"
#include "number_end.h"

GRAD_INLINE float f32_floor(float x) { return __builtin_floorf(x); }
GRAD_INLINE float f32_ceil(float x) { return __builtin_ceilf(x); }
GRAD_INLINE float f32_round(float x) { return __builtin_rintf(x); }

// The remainder of two floats is a float, so that only the last addition rounds.
GRAD_INLINE float f32_mod(float a, float b) {
    const float r = fmodf(a, b);
    return r == 0 ? __builtin_copysignf(0.0f, b) : (r < 0) != (b < 0) ? r + b : r;
}

// The rarer functions are the double's, rounded once.
#define BY_F64(name) GRAD_INLINE float f32_##name(float x) { return (float)f64_##name((double)x); }
BY_F64(asin) BY_F64(acos) BY_F64(atan) BY_F64(sinh) BY_F64(cosh) BY_F64(asinh) BY_F64(acosh) BY_F64(atanh)
#undef BY_F64
GRAD_INLINE float f32_atan2_in_loop(float y, float x) { return (float)f64_atan2(y, x); }

// Sine, cosine and tangent compute with doubles too, which makes the reduction short; the polynomials are shorter than a double needs.
GRAD_INLINE int f32_is_far(float x) { return f32_abs(x) > 0x1p20f; }
GRAD_INLINE f64_angle f32_near_angle(float x) {
    const double shifted = (double)x * 0x1.45f306dc9c883p-1 + 0x1.8p52, n = shifted - 0x1.8p52;
    return (f64_angle){f64_bits(shifted), ((double)x - n * HALF_PI_1) - n * 0x1.0b4611a626331p-34, 0};
}
GRAD_INLINE double f32_sin_part(f64_angle angle) {
    const double z = angle.high * angle.high;
    return angle.high + angle.high * (z * f64_sin_short(z));
}
GRAD_INLINE double f32_cos_part(f64_angle angle) {
    const double z = angle.high * angle.high;
    return (1 - 0.5 * z) + z * z * f64_cos_short(z);
}
GRAD_INLINE float f32_sin_of(f64_angle angle) {
    const double v = angle.quarters & 1 ? f32_cos_part(angle) : f32_sin_part(angle);
    return (float)f64_from_bits(f64_bits(v) ^ (angle.quarters & 2) << 62);
}
GRAD_INLINE float f32_cos_of(f64_angle angle) {
    const double v = angle.quarters & 1 ? f32_sin_part(angle) : f32_cos_part(angle);
    return (float)f64_from_bits(f64_bits(v) ^ ((angle.quarters + 1) & 2) << 62);
}
GRAD_INLINE float f32_tan_of(f64_angle angle) {
    const double s = f32_sin_part(angle), c = f32_cos_part(angle);
    return (float)((angle.quarters & 1 ? -c : s) / (angle.quarters & 1 ? s : c));
}
// The reduction loses the sign of -0: sine and tangent give 0 back as it came.
#define NEAR_AND_FAR(name, at_zero) \
    GRAD_INLINE float f32_##name##_near(float x) { return x == 0 ? at_zero : f32_##name##_of(f32_near_angle(x)); } \
    GRAD_INLINE float f32_##name(float x) { \
        return f32_is_far(x) ? f32_##name##_of(grad_far_angle(x)) : f32_##name##_near(x); \
    }
NEAR_AND_FAR(sin, x)
NEAR_AND_FAR(cos, 1)
NEAR_AND_FAR(tan, x)
#undef NEAR_AND_FAR

// A double's logarithm is precise enough: an exponent below 128 leaves an error of 2^-45.
GRAD_INLINE float f32_general_pow(float x, float y) {
    const double a = f64_abs(x), ay = f64_abs(y);
    const double p = f64_log(a) * y;
    double v = f64_exp(p);
    v = a == 1 ? 1 : v;
    v = f64_from_bits(f64_bits(v) | (f64_is_odd(ay) ? f64_bits(x) & 0x8000000000000000u : 0));
    v = ((x < 0) & (a < INFINITY) & !f64_is_whole(ay)) ? NAN : v;
    v = ((x != x) | (y != y)) ? (double)x + y : v;
    return (float)(((y == 0) | (x == 1)) ? 1 : v);
}
#define BY_F64(value, name) GRAD_INLINE float f32_pow_##name(float x) { return (float)f64_pow_##name(x); }
GRAD_EACH_EXPONENT(BY_F64)
#undef BY_F64
GRAD_INLINE float f32_pow_in_loop(float x, float y) {
    float v = f32_general_pow(x, y);
#define EXPONENT(value, name) v = y == (float)value ? f32_pow_##name(x) : v;
    GRAD_EACH_EXPONENT(EXPONENT)
#undef EXPONENT
    return v;
}

#endif
