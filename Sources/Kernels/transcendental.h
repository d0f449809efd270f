// The functions that both precisions compute in the same way, for one type: NUMBER with its constants (see math_f64.h and
// math_f32.h). All are free of branches, so that the loops over them vectorize; special values come in by selects.
// Methods: Tang, Table-driven implementation of the exponential function (1989) without the table; Cody & Waite (1980) for the
// reductions; the logarithm and its companions by s = f / (2 + f) as in Sun's fdlibm.

// 2^k, given k + SHIFT: the low bits of that sum are k as a whole number.
GRAD_INLINE NUMBER TYPED(power_of_two)(NUMBER shifted) { return TYPED(from_bits)((TYPED(bits)(shifted) + BIAS) << MANTISSA); }

GRAD_INLINE NUMBER TYPED(abs)(NUMBER x) { return TYPED(from_bits)(TYPED(bits)(x) & ~SIGN_BIT); }
GRAD_INLINE NUMBER TYPED(with_sign)(NUMBER magnitude, NUMBER sign) {
    return TYPED(from_bits)(TYPED(bits)(magnitude) | (TYPED(bits)(sign) & SIGN_BIT));
}

// a b as high + low (Dekker, 1971): the parts have half the bits each.
GRAD_INLINE NUMBER TYPED(product)(NUMBER a, NUMBER b, NUMBER *low) {
    const NUMBER high = a * b;
    const NUMBER a1 = TYPED(from_bits)(TYPED(bits)(a) & SPLIT_BITS), a2 = a - a1;
    const NUMBER b1 = TYPED(from_bits)(TYPED(bits)(b) & SPLIT_BITS), b2 = b - b1;
    *low = ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2;
    return high;
}

// x = k ln 2 + r + rest with |r| <= ln 2 / 2. The high part of ln 2 has trailing zeros enough for k times it to be exact.
GRAD_INLINE NUMBER TYPED(reduce_exp)(NUMBER x, NUMBER *k, NUMBER *rest) {
    *k = (x * LOG2_E + SHIFT) - SHIFT;
    const NUMBER high = x - *k * LN2_HIGH, low = *k * LN2_LOW;
    const NUMBER r = high - low;
    *rest = (high - r) - low;
    return r;
}

// v 2^k in two steps, each in range: only the last rounds, into the subnormals.
GRAD_INLINE NUMBER TYPED(scale)(NUMBER v, NUMBER k) {
    const NUMBER half_shifted = k * (NUMBER)0.5 + SHIFT;
    return v * TYPED(power_of_two)(half_shifted) * TYPED(power_of_two)((k - (half_shifted - SHIFT)) + SHIFT);
}

// exp(x) = result 2^k with the result in [0.7, 1.5].
GRAD_INLINE NUMBER TYPED(exp_parts)(NUMBER x, NUMBER *k) {
    NUMBER rest;
    const NUMBER r = TYPED(reduce_exp)(x, k, &rest);
    return 1 + (r + (rest + r * r * TYPED(exp_tail)(r)));
}

// The same for high + low, where low is below the last place of high; the result has a low part too.
GRAD_INLINE NUMBER TYPED(exp_parts_of_sum)(NUMBER high, NUMBER low, NUMBER *k, NUMBER *result_low) {
    NUMBER rest;
    const NUMBER r = TYPED(reduce_exp)(high, k, &rest), tail = r * r * TYPED(exp_tail)(r);
    const NUMBER less_one = r + (rest + tail + (low + low * (r + tail))), v = 1 + less_one;
    *result_low = (1 - v) + less_one;
    return v;
}

GRAD_INLINE NUMBER TYPED(exp)(NUMBER x) {
    x = x > EXP_MOST ? EXP_MOST : x < EXP_LEAST ? EXP_LEAST : x;
    NUMBER k;
    const NUMBER v = TYPED(exp_parts)(x, &k);
    return TYPED(scale)(v, k);
}

GRAD_INLINE NUMBER TYPED(expm1)(NUMBER x) {
    const NUMBER given = x;
    x = x > EXP_MOST ? EXP_MOST : x < -MANTISSA ? -MANTISSA : x;
    NUMBER k, rest;
    const NUMBER r = TYPED(reduce_exp)(x, &k, &rest);
    const NUMBER tail = rest + r * r * TYPED(exp_tail)(r);
    // exp(x) - 1 = 2^k (exp(r) - 1 + (1 - 2^-k)); the sum of r and the bracket is kept in two parts.
    const NUMBER most = k > MANTISSA + 8 ? MANTISSA + 8 : k;
    const NUMBER one = 1 - TYPED(power_of_two)(SHIFT - most);
    const NUMBER high = one + r, low = (one - high) + r;
    const NUMBER v = TYPED(scale)(high + (low + tail), k);
    return TYPED(abs)(given) < TINY ? given : v;
}

// log(x) = k ln 2 + log(1 + f), 1 + f in [sqrt(1/2), sqrt(2)), for positive x.
GRAD_INLINE NUMBER TYPED(reduce_log)(NUMBER x, NUMBER *k) {
    const int subnormal = x < LEAST_NORMAL;
    const NUMBER normal = subnormal ? x * NORMALIZE : x;
    const BITS moved = TYPED(bits)(normal) + (((BITS)BIAS << MANTISSA) - ROOT_HALF_BITS);
    const NUMBER mantissa = TYPED(from_bits)((moved & MANTISSA_BITS) + ROOT_HALF_BITS);
    // The exponent as low bits of 2^MANTISSA: a conversion that every width has.
    *k = TYPED(from_bits)((moved >> MANTISSA) | WHOLE_BITS) - (subnormal ? WHOLE + BIAS + NORMALIZE_BY : WHOLE + BIAS);
    return mantissa - 1;
}

// k ln 2 + log(1 + f) + correction
GRAD_INLINE NUMBER TYPED(log_sum)(NUMBER k, NUMBER f, NUMBER correction) {
    const NUMBER s = f / (2 + f), z = s * s;
    const NUMBER half_square = (NUMBER)0.5 * f * f;
    const NUMBER tail = z * TYPED(log_tail)(z);
    return k * LN2_HIGH - ((half_square - (s * (half_square + tail) + (k * LN2_LOW + correction))) - f);
}

GRAD_INLINE NUMBER TYPED(log_special)(NUMBER x, NUMBER v) {
    v = x < INFINITY ? v : x;
    v = x == 0 ? -(NUMBER)INFINITY : v;
    return x < 0 ? (NUMBER)NAN : v;
}

GRAD_INLINE NUMBER TYPED(log)(NUMBER x) {
    NUMBER k;
    const NUMBER f = TYPED(reduce_log)(x, &k);
    return TYPED(log_special)(x, TYPED(log_sum)(k, f, 0));
}

// log(1 + x) + doublings ln 2: what 1 + x loses in rounding is put back as a correction.
GRAD_INLINE NUMBER TYPED(log1p_doubled)(NUMBER x, NUMBER doublings) {
    const NUMBER u = 1 + x, x_seen = u - 1;
    const NUMBER lost = (1 - (u - x_seen)) + (x - x_seen);
    NUMBER k;
    const NUMBER f = TYPED(reduce_log)(u, &k);
    return TYPED(log_special)(u, TYPED(log_sum)(k + doublings, f, lost / u));
}

GRAD_INLINE NUMBER TYPED(log1p)(NUMBER x) { return TYPED(abs)(x) < TINY ? x : TYPED(log1p_doubled)(x, 0); }

GRAD_INLINE NUMBER TYPED(sigmoid)(NUMBER x) {
    const NUMBER e = TYPED(exp)(-TYPED(abs)(x));
    return (x < 0 ? e : 1) / (1 + e);
}

GRAD_INLINE NUMBER TYPED(softplus)(NUMBER x) {
    // log(1 + e) for e in [0, 1], where the reduction is one comparison; what 1 + e loses needs its factor 1 / u to a digit only.
    const NUMBER e = TYPED(exp)(-TYPED(abs)(x)), u = 1 + e, lost = e - (u - 1);
    const int above = u > (NUMBER)1.4142135;
    const NUMBER f = above ? (NUMBER)0.5 * u - 1 : u - 1;
    const NUMBER log = TYPED(log_sum)(above ? 1 : 0, f, lost * (1 - e * (1 - (NUMBER)0.5 * e)));
    return (x < 0 ? 0 : x) + (e < TINY ? e : log);
}

// x sigmoid(x). For negative x the scaling by 2^k comes last, so that a subnormal result is rounded once.
GRAD_INLINE NUMBER TYPED(silu)(NUMBER x) {
    const NUMBER bounded = x < EXP_LEAST - 16 ? EXP_LEAST - 16 : x;
    NUMBER k;
    const NUMBER magnitude = TYPED(abs)(bounded) > EXP_MOST + 48 ? EXP_MOST + 48 : TYPED(abs)(bounded);
    const NUMBER v = TYPED(exp_parts)(-magnitude, &k);
    const NUMBER e = TYPED(scale)(v, k);
    const NUMBER part = bounded * (bounded < 0 ? v : 1) / (1 + e);
    return bounded < 0 ? TYPED(scale)(part, k) : part;
}

GRAD_INLINE NUMBER TYPED(tanh)(NUMBER x) {
    const NUMBER magnitude = TYPED(abs)(x), a = magnitude > TANH_ONE ? TANH_ONE : magnitude;
    // e = expm1(2 a), which needs none of the care for arguments that are negative, large or tiny.
    NUMBER k, rest;
    const NUMBER r = TYPED(reduce_exp)(a + a, &k, &rest);
    const NUMBER tail = rest + r * r * TYPED(exp_tail)(r);
    const NUMBER one = 1 - TYPED(power_of_two)(SHIFT - k);
    const NUMBER high = one + r, low = (one - high) + r;
    const NUMBER e = (high + (low + tail)) * TYPED(power_of_two)(SHIFT + k);
    return TYPED(with_sign)(e / (e + 2), x);
}

GRAD_INLINE NUMBER TYPED(erf)(NUMBER x) {
    const NUMBER magnitude = TYPED(abs)(x), a = magnitude > 6 ? 6 : magnitude;
    const NUMBER inner = a + a * TYPED(erf_tail)(a * a);
    const NUMBER outer = 1 - TYPED(exp)(-a * a) * TYPED(erfc_middle)((a - 2) / (a + 2));
    return TYPED(with_sign)(a < 1 ? inner : outer, x);
}

// x Phi(x). With a = |x| it is -a Phi(-a) or x - a Phi(-a), where from a = 0.6 on
// Phi(-a) = exp(-a^2 / 2) G(t) / (a + 5), t = (a - 5) / (a + 5). The square, the exponential and G are kept in two parts,
// since their errors would add up (that of the quotient nearly cancels in quotient times G); the scaling by 2^k comes last.
GRAD_INLINE NUMBER TYPED(gelu)(NUMBER x) {
    const NUMBER magnitude = TYPED(abs)(x), a = magnitude > GELU_ZERO ? GELU_ZERO : magnitude;
    NUMBER square_rest, k, v_low, g_low;
    const NUMBER square = TYPED(product)(a, a, &square_rest), ratio = a / (a + 5);
    const NUMBER low = (NUMBER)-0.5 * square_rest;
    const NUMBER v = TYPED(exp_parts_of_sum)((NUMBER)-0.5 * square, low, &k, &v_low);
    const NUMBER g = TYPED(normal_tail)(2 * ratio - 1, &g_low);
    const NUMBER outer = TYPED(scale)(ratio * (v * g + (v_low * g + v * g_low)), k);
    const NUMBER inner = a * ((NUMBER)0.5 - a * TYPED(normal_inner)(square));
    const NUMBER tail = a < (NUMBER)0.6 ? inner : outer;
    return x < 0 ? -tail : x - tail;
}

// The instruction alone: sqrt would also have to set errno.
GRAD_INLINE NUMBER TYPED(sqrt)(NUMBER x) { return SQUARE_ROOT(x); }
GRAD_INLINE NUMBER TYPED(neg)(NUMBER x) { return -x; }
GRAD_INLINE NUMBER TYPED(relu)(NUMBER x) { return x <= 0 ? 0 : x; }
GRAD_INLINE NUMBER TYPED(sign)(NUMBER x) { return x > 0 ? 1 : x < 0 ? -1 : x != x ? x : 0; }
GRAD_INLINE NUMBER TYPED(not)(NUMBER x) { return x == 0 ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(square)(NUMBER x) { return x * x; }
GRAD_INLINE NUMBER TYPED(reciprocal)(NUMBER x) { return 1 / x; }
GRAD_INLINE NUMBER TYPED(step)(NUMBER x) { return x > 0 ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(identity)(NUMBER x) { return x; }

GRAD_INLINE NUMBER TYPED(add)(NUMBER a, NUMBER b) { return a + b; }
GRAD_INLINE NUMBER TYPED(sub)(NUMBER a, NUMBER b) { return a - b; }
GRAD_INLINE NUMBER TYPED(mul)(NUMBER a, NUMBER b) { return a * b; }
GRAD_INLINE NUMBER TYPED(div)(NUMBER a, NUMBER b) { return a / b; }
// A NaN on either side comes out.
GRAD_INLINE NUMBER TYPED(min)(NUMBER a, NUMBER b) { return ((a < b) | (a != a)) ? a : b; }
GRAD_INLINE NUMBER TYPED(max)(NUMBER a, NUMBER b) { return ((a > b) | (a != a)) ? a : b; }
GRAD_INLINE NUMBER TYPED(eq)(NUMBER a, NUMBER b) { return a == b ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(ne)(NUMBER a, NUMBER b) { return a != b ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(lt)(NUMBER a, NUMBER b) { return a < b ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(le)(NUMBER a, NUMBER b) { return a <= b ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(gt)(NUMBER a, NUMBER b) { return a > b ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(ge)(NUMBER a, NUMBER b) { return a >= b ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(and)(NUMBER a, NUMBER b) { return ((a != 0) & (b != 0)) ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(or)(NUMBER a, NUMBER b) { return ((a != 0) | (b != 0)) ? 1 : 0; }
GRAD_INLINE NUMBER TYPED(where)(NUMBER c, NUMBER a, NUMBER b) { return c != 0 ? a : b; }

// An odd whole number, and a whole number; from 2^MANTISSA on every number is whole.
GRAD_INLINE int TYPED(is_whole)(NUMBER magnitude) { return (magnitude >= WHOLE) | ((magnitude + WHOLE) - WHOLE == magnitude); }
GRAD_INLINE int TYPED(is_odd)(NUMBER magnitude) {
    return TYPED(is_whole)(magnitude) & !TYPED(is_whole)(magnitude * (NUMBER)0.5);
}
