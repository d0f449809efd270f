#ifndef GRAD_TRIGONOMETRY_H
#define GRAD_TRIGONOMETRY_H

// Sine, cosine, tangent and their inverses for doubles; included by math_f64.h.
#pragma clang fp contract(off)

// pi / 2 in parts of 33 bits: a whole number to 2^20 times one of the first three is exact.
#define HALF_PI_1 0x1.921fb544p+0
#define HALF_PI_2 0x1.0b4611a6p-34
#define HALF_PI_3 0x1.3198a2ep-69
#define HALF_PI_4 0x1.b839a252049c1p-104
#define NEAR_MOST 0x1p20

// The quarter turns in x (their last two bits) and what is left, high + low.
typedef struct {
    uint64_t quarters;
    double high, low;
} f64_angle;

// Beyond the near range: the product with as many bits of 2 / pi as it takes (Payne & Hanek, 1983). In trigonometry.c.
__attribute__((visibility("hidden"))) f64_angle grad_far_angle(double x);

// NaN counts as near, and comes out as NaN.
GRAD_INLINE int f64_is_far(double x) { return f64_abs(x) > NEAR_MOST; }

GRAD_INLINE f64_angle f64_near_angle(double x) {
    const double shifted = x * 0x1.45f306dc9c883p-1 + 0x1.8p52, n = shifted - 0x1.8p52;
    const double first = x - n * HALF_PI_1, second = n * HALF_PI_2;
    // What each subtraction loses is carried along: x may be as near to a multiple as its bits allow.
    const double t = first - second, seen = t - first;
    const double lost = (first - (t - seen)) - (second + seen);
    const double third = lost - n * HALF_PI_3;
    const double high = t + third, third_seen = high - t;
    const double low = ((t - (high - third_seen)) + (third - third_seen)) - n * HALF_PI_4;
    const double sum = high + low;
    return (f64_angle){f64_bits(shifted), sum, (high - sum) + low};
}

GRAD_INLINE double f64_sin_part(f64_angle angle) {
    const double z = angle.high * angle.high, cube = z * angle.high;
    return angle.high + (cube * f64_sin_tail(z) + (angle.low - 0.5 * z * angle.low));
}
GRAD_INLINE double f64_cos_part(f64_angle angle) {
    const double z = angle.high * angle.high, half = 0.5 * z, one = 1 - half;
    return one + (((1 - one) - half) + (z * z * f64_cos_tail(z) - angle.high * angle.low));
}
GRAD_INLINE double f64_sin_of(f64_angle angle) {
    const double v = angle.quarters & 1 ? f64_cos_part(angle) : f64_sin_part(angle);
    return f64_from_bits(f64_bits(v) ^ (angle.quarters & 2) << 62);
}
GRAD_INLINE double f64_cos_of(f64_angle angle) {
    const double v = angle.quarters & 1 ? f64_sin_part(angle) : f64_cos_part(angle);
    return f64_from_bits(f64_bits(v) ^ ((angle.quarters + 1) & 2) << 62);
}
GRAD_INLINE double f64_tan_of(f64_angle angle) {
    const double s = f64_sin_part(angle), c = f64_cos_part(angle);
    return (angle.quarters & 1 ? -c : s) / (angle.quarters & 1 ? s : c);
}

// The reduction loses the sign of -0: sine and tangent give 0 back as it came.
#define NEAR_AND_FAR(name, at_zero) \
    GRAD_INLINE double f64_##name##_near(double x) { return x == 0 ? at_zero : f64_##name##_of(f64_near_angle(x)); } \
    GRAD_INLINE double f64_##name(double x) { \
        return f64_is_far(x) ? f64_##name##_of(grad_far_angle(x)) : f64_##name##_near(x); \
    }
NEAR_AND_FAR(sin, x)
NEAR_AND_FAR(cos, 1)
NEAR_AND_FAR(tan, x)
#undef NEAR_AND_FAR

#define HALF_PI_HIGH 0x1.921fb54442d18p+0
#define HALF_PI_LOW 0x1.1a62633145c07p-54
#define QUARTER_PI_HIGH 0x1.921fb54442d18p-1
#define QUARTER_PI_LOW 0x1.1a62633145c07p-55

// From 1/2 on: asin(a) = pi / 2 - 2 asin(sqrt((1 - a) / 2)), with the root in two parts.
typedef struct {
    double root, top, rest, tail;
} f64_half_arc;
GRAD_INLINE f64_half_arc f64_arc_from_one(double a) {
    const double z = 0.5 * (1 - a), root = f64_sqrt(z);
    const double top = f64_from_bits(f64_bits(root) & 0xffffffff00000000u);
    const double rest = z == 0 ? 0 : (z - top * top) / (root + top);
    return (f64_half_arc){root, top, rest, root * (z * f64_asin_tail(z))};
}

GRAD_INLINE double f64_asin(double x) {
    const double a = f64_abs(x), z = a * a;
    const f64_half_arc arc = f64_arc_from_one(a);
    const double outer = QUARTER_PI_HIGH - ((2 * arc.tail - (HALF_PI_LOW - 2 * arc.rest)) - (QUARTER_PI_HIGH - 2 * arc.top));
    return f64_with_sign(a < 0.5 ? a + a * (z * f64_asin_tail(z)) : outer, x);
}
GRAD_INLINE double f64_acos(double x) {
    const double a = f64_abs(x), z = a * a;
    const f64_half_arc arc = f64_arc_from_one(a);
    const double inner = HALF_PI_HIGH - (x - (HALF_PI_LOW - x * (z * f64_asin_tail(z))));
    const double right = 2 * (arc.top + (arc.tail + arc.rest));
    const double left = 2 * (HALF_PI_HIGH - (arc.root + (arc.tail - HALF_PI_LOW)));
    return a < 0.5 ? inner : x < 0 ? left : right;
}

GRAD_INLINE double f64_atan(double x) {
    const double a = f64_abs(x);
    const int middle = (a > 0x1.a827999fcef32p-2) & (a <= 0x1.3504f333f9de6p+1), outer = a > 0x1.3504f333f9de6p+1;
    const double t = (middle ? a - 1 : outer ? -1 : a) / (middle ? a + 1 : outer ? a : 1), z = t * t;
    const double high = middle ? QUARTER_PI_HIGH : outer ? HALF_PI_HIGH : 0;
    const double low = middle ? QUARTER_PI_LOW : outer ? HALF_PI_LOW : 0;
    return f64_with_sign(high + (t + (low + t * (z * f64_atan_tail(z)))), x);
}

// The angle of (x, y): by octants, from the ratio of the smaller to the larger side.
GRAD_INLINE double f64_atan2(double y, double x) {
    const int infinite = f64_abs(x) == INFINITY && f64_abs(y) == INFINITY;
    const double ax = infinite ? 1 : f64_abs(x), ay = infinite ? 1 : f64_abs(y);
    const int steep = ay > ax, left = f64_bits(x) >> 63 != 0;
    const double long_side = steep ? ay : ax, short_side = steep ? ax : ay;
    const double factor = long_side > 0x1p1000 ? 0x1p-60 : 1;
    const double p = short_side * factor, q = long_side * factor;
    const int middle = p > q * 0x1.a827999fcef32p-2;
    const double under = middle ? p + q : q;
    const double t = (middle ? p - q : p) / (under == 0 ? 1 : under), z = t * t;
    const double side = steep != left ? -1 : 1;
    // Quarters of pi to start from: 0 or 1, then 2 - that, then 4 - that.
    const double one = middle ? 1 : 0, two = steep ? 2 - one : one, quarters = left ? 4 - two : two;
    const double high = quarters == 3 ? 0x1.2d97c7f3321d2p+1 : quarters * QUARTER_PI_HIGH;
    const double low = quarters == 3 ? 0x1.a79394c9e8a0ap-54 : quarters * QUARTER_PI_LOW;
    const double v = high + (side * t + (low + side * (t * (z * f64_atan_tail(z)))));
    return ((x != x) | (y != y)) ? x + y : f64_with_sign(v, y);
}

GRAD_INLINE double f64_atan2_in_loop(double y, double x) { return f64_atan2(y, x); }

#endif
