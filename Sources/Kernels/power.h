#ifndef GRAD_POWER_H
#define GRAD_POWER_H

// a^b for doubles; included by math_f64.h.
#pragma clang fp contract(off)

// log(x) for positive finite x to about 2^-65, as high + low: exp multiplies its error by as much as 745.
GRAD_INLINE double f64_precise_log(double x, double *low) {
    double k;
    const double f = f64_reduce_log(x, &k);
    // s = f / (2 + f)
    const double d = 2 + f, d_low = f - (d - 2);
    const double s = f / d;
    double sd_low;
    const double sd = f64_product(s, d, &sd_low);
    const double s_low = (((f - sd) - sd_low) - s * d_low) / d;
    double z_low;
    const double z = f64_product(s, s, &z_low);
    z_low += 2 * s * s_low;
    // log(1 + f) = 2 s + s z (2/3 + z (2/5 + ...))
    const double tail = z * f64_pow_tail(z);
    const double t = 0x1.5555555555555p-1 + tail, t_low = ((0x1.5555555555555p-1 - t) + tail) + 0x1.5555555555555p-55;
    double zt_low, cube_low;
    const double zt = f64_product(z, t, &zt_low);
    zt_low += z * t_low + z_low * t;
    const double cube = f64_product(s, zt, &cube_low);
    cube_low += s * zt_low + s_low * zt;
    const double sum = 2 * s + cube, sum_low = ((2 * s - sum) + cube) + (cube_low + 2 * s_low);
    const double k_part = k * 0x1.62e42feep-1;
    const double high = k_part + sum;
    const double rest = ((k_part - high) + sum) + (sum_low + k * 0x1.a39ef35793c76p-33);
    const double v = high + rest;
    *low = (high - v) + rest;
    return v;
}

// x^y by the logarithm of |x|, for x that is finite and not 0.
GRAD_INLINE double f64_pow_by_log(double x, double y, double l_finite, double l_low) {
    const double a = f64_abs(x), ay = f64_abs(y);
    const double l = a == 0 ? -INFINITY : a == INFINITY ? INFINITY : l_finite;
    double p_low;
    const double p_any = f64_product(l, y, &p_low);
    // Half the least number is e^-745.13. Processors take long for products that vanish, as Adam's powers do after some thousand steps.
    const double p = p_any > 800 ? 800 : p_any < -746 ? 0 : p_any;
    const double rest_of_p = f64_abs(p_any) < 800 ? p_low + l_low * y : 0;
    double k, unscaled_low;
    double v = f64_scale(f64_exp_parts_of_sum(p, rest_of_p, &k, &unscaled_low), k);
    v = p_any < -746 ? 0 : v;
    // The special cases of C99's annex F, 9.4.4.
    v = a == 1 ? 1 : v;
    v = f64_from_bits(f64_bits(v) | (f64_is_odd(ay) ? f64_bits(x) & 0x8000000000000000u : 0));
    v = ((x < 0) & (a < INFINITY) & !f64_is_whole(ay)) ? NAN : v;
    v = ((x != x) | (y != y)) ? x + y : v;
    return ((y == 0) | (x == 1)) ? 1 : v;
}

GRAD_INLINE double f64_general_pow(double x, double y) {
    double low;
    const double high = f64_precise_log(f64_abs(x), &low);
    return f64_pow_by_log(x, y, high, low);
}

// Exponents that have a shorter way, on numbers and on whole loops: both give the same bits.
#define GRAD_EACH_EXPONENT(X) X(1.0, one) X(2.0, two) X(3.0, three) X(4.0, four) X(0.5, half) X(-1.0, minus_one) X(-2.0, minus_two)
GRAD_INLINE double f64_pow_one(double x) { return x; }
GRAD_INLINE double f64_pow_two(double x) { return x * x; }
GRAD_INLINE double f64_pow_three(double x) { return x * x * x; }
GRAD_INLINE double f64_pow_four(double x) { return (x * x) * (x * x); }
// Annex F: the root of -0 is 0 and that of -infinity infinity.
GRAD_INLINE double f64_pow_half(double x) { return x == -INFINITY ? INFINITY : f64_sqrt(x + 0.0); }
GRAD_INLINE double f64_pow_minus_one(double x) { return 1 / x; }
// Not 1 / x^2, which loses the subnormals.
GRAD_INLINE double f64_pow_minus_two(double x) { return (1 / x) * (1 / x); }

// In a vectorized loop by selects, on one number by branches.
GRAD_INLINE double f64_pow_in_loop(double x, double y) {
    double v = f64_general_pow(x, y);
#define EXPONENT(value, name) v = y == value ? f64_pow_##name(x) : v;
    GRAD_EACH_EXPONENT(EXPONENT)
#undef EXPONENT
    return v;
}
GRAD_INLINE double f64_pow(double x, double y) {
#define EXPONENT(value, name) if (y == value) return f64_pow_##name(x);
    GRAD_EACH_EXPONENT(EXPONENT)
#undef EXPONENT
    return f64_general_pow(x, y);
}

#endif
