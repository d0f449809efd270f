"""Makes Sources/Kernels/coefficients.h: the polynomials behind the elementwise kernels.

Each is the interpolant of a smooth function at Chebyshev nodes, found with 80 digits (mpmath) and rounded to the type; that is
within a factor of two or so of the best polynomial of its degree. The leading terms of every function (r in exp, x in sin …)
are not in the polynomial: the kernels add them exactly. The script prints the error of each, against what its kernel needs.

    python3 scripts/oracles/coefficients.py > Sources/Kernels/coefficients.h
"""
import sys
import numpy as np
from mpmath import mp, mpf, cos, pi, exp, log, sin, erf, erfc, asin, atan, sinh, sqrt, matrix, lu_solve, polyval

mp.dps = 80


def interpolate(f, low, high, degree):
    """Coefficients, constant term first, of the polynomial through f at the Chebyshev nodes of [low, high]."""
    count = degree + 1
    middle, half = (mpf(low) + high) / 2, (mpf(high) - low) / 2
    nodes = [middle + half * cos(pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    rows = matrix(count, count)
    values = matrix(count, 1)
    for i, node in enumerate(nodes):
        values[i] = f(node)
        for j in range(count):
            rows[i, j] = node ** j
    return list(lu_solve(rows, values))


def rounded(c, single):
    return float(np.float32(float(c))) if single else float(c)


def error(f, low, high, coefficients, weight):
    """Largest |weight(u) (polynomial(u) - f(u))| on a grid, as a power of two."""
    worst = mpf(0)
    for i in range(201):
        u = mpf(low) + (mpf(high) - low) * i / 200
        if u == 0:
            u = mpf(10) ** -12
        worst = max(worst, abs(weight(u) * (polyval([mpf(c) for c in reversed(coefficients)], u) - f(u))))
    return float(log(worst, 2)) if worst else -999.0


def series(f, taylor, small=mpf(10) ** -15):
    """f with its removable singularity at 0 filled in."""
    return lambda u: taylor if abs(u) < small else f(u)


def atanh_tail(z):  # (log((1 + s) / (1 - s)) - 2 s) / s^3, z = s^2
    s = sqrt(z)
    return (log((1 + s) / (1 - s)) - 2 * s) / s ** 3


half_ln2 = log(2) / 2 * mpf("1.0001")
quarter = (pi / 4 * mpf("1.0001")) ** 2
tan8 = (sqrt(mpf(2)) - 1) ** 2 * mpf("1.0001")
s_most = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.0001")


def scaled_erfc(centre):
    """exp(u^2) erfc(u) as a function of t = (u - centre) / (u + centre)."""
    def f(t):
        u = centre * (1 + t) / (1 - t)
        return exp(u * u) * erfc(u)
    return f


def normal_tail(t):
    """(a + 5) exp(a^2 / 2) Phi(-a) as a function of t = (a - 5) / (a + 5)."""
    a = 5 * (1 + t) / (1 - t)
    return (a + 5) * exp(a * a / 2) * erfc(a / sqrt(mpf(2))) / 2


def t_of(u, centre):
    return (mpf(u) - centre) / (mpf(u) + centre)


# name, what it is, function, interval, degree in double, in single (None: not wanted), weight that makes the error relative
POLYNOMIALS = [
    ("exp_tail", "(exp(r) - 1 - r) / r^2", series(lambda r: (exp(r) - 1 - r) / r ** 2, mpf(1) / 2),
     -half_ln2, half_ln2, 9, 5, lambda r: r ** 2),
    ("log_tail", "(log((1 + s) / (1 - s)) - 2 s) / s^3 in z = s^2", series(atanh_tail, mpf(2) / 3), 0, s_most, 6, 2,
     lambda z: z / 2),
    ("pow_tail", "((log((1 + s) / (1 - s)) - 2 s) / s^3 - 2/3) / z in z = s^2",
     series(lambda z: (atanh_tail(z) - mpf(2) / 3) / z, mpf(2) / 5), 0, s_most, 9, None, lambda z: z * z / 2),
    ("sin_tail", "(sin(r) - r) / r^3 in z = r^2", series(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 6),
     0, quarter, 6, None, lambda z: z),
    ("cos_tail", "(cos(r) - 1 + r^2 / 2) / r^4 in z = r^2",
     series(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z ** 2, mpf(1) / 24), 0, quarter, 5, None, lambda z: z * z),
    ("sin_short", "the same for a result in single precision", series(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 6),
     0, quarter, 3, None, lambda z: z),
    ("cos_short", "the same for a result in single precision",
     series(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z ** 2, mpf(1) / 24), 0, quarter, 2, None, lambda z: z * z),
    ("erf_tail", "erf(x) / x - 1 in z = x^2", series(lambda z: erf(sqrt(z)) / sqrt(z) - 1, 2 / sqrt(pi) - 1),
     0, 1, 12, 6, lambda z: mpf(1)),
    ("erfc_middle", "exp(u^2) erfc(u) for 1 <= u <= 6 in t = (u - 2) / (u + 2)", scaled_erfc(mpf(2)),
     t_of(1, 2), t_of(6, 2), 14, 6,
     lambda t: exp(-(2 * (1 + t) / (1 - t)) ** 2)),
    ("normal_inner", "(1/2 - Phi(-a)) / a for 0 <= a <= 0.6 in z = a^2",
     series(lambda z: erf(sqrt(z / 2)) / sqrt(z) / 2, 1 / sqrt(2 * pi)), 0, mpf("0.3601"), 8, 4, lambda z: mpf(1)),
    ("normal_tail", "(a + 5) exp(a^2 / 2) Phi(-a) from a = 0.6 on in t = (a - 5) / (a + 5); with its low part", normal_tail,
     t_of(mpf("0.599"), 5), {False: t_of(39, 5), True: t_of(15, 5)}, 21, 9, lambda t: 1 / normal_tail(t)),
    ("asin_tail", "(asin(x) / x - 1) / z in z = x^2", series(lambda z: (asin(sqrt(z)) / sqrt(z) - 1) / z, mpf(1) / 6),
     0, mpf("0.2501"), 12, None, lambda z: z),
    ("atan_tail", "(atan(x) / x - 1) / z in z = x^2", series(lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 3),
     0, tan8, 10, None, lambda z: z),
    ("sinh_tail", "(sinh(x) / x - 1) / z in z = x^2", series(lambda z: (sinh(sqrt(z)) / sqrt(z) - 1) / z, mpf(1) / 6),
     0, 1, 7, None, lambda z: z),
]


def emit(name, note, f, low, high, degree, weight, single):
    high = high[single] if isinstance(high, dict) else high
    kind, suffix, prefix = ("float", "f", "f32") if single else ("double", "", "f64")
    values = [rounded(c, single) for c in interpolate(f, low, high, degree)]
    print(f"{prefix}_{name}: 2^{error(f, low, high, values, weight):.1f}", file=sys.stderr)
    print(f"\n// {note}")
    with_low = "low part" in note
    constant, slope, values = values[0], values[1], values[2:] if with_low else values
    print(f"GRAD_INLINE {kind} {prefix}_{name}({kind} u{f', {kind} *low' if with_low else ''}) {{")
    # Long polynomials are summed as two or four interleaved ones, which shortens the chain of dependent operations.
    ways = 4 if len(values) > 16 else 2 if len(values) > 6 else 1
    if ways > 1:
        print(f"    const {kind} u2 = u * u{', u4 = u2 * u2' if ways == 4 else ''};")
    names, step = "pqrs"[:ways], {1: "u", 2: "u2", 4: "u4"}[ways]
    for way, letter in enumerate(names):
        part = values[way::ways]
        print(f"    {kind} {letter} = {part[-1].hex()}{suffix};")
        for value in reversed(part[:-1]):
            print(f"    {letter} = {letter} * {step} + {value.hex()}{suffix};")
    total = {1: "p", 2: "p + u * q", 4: "(p + u * q) + u2 * (r + u * s)"}[ways]
    if with_low:
        c0, c1 = constant.hex() + suffix, slope.hex() + suffix
        print(f"    const {kind} inner = u * ({total}), factor = {c1} + inner, rest = u * factor, sum = {c0} + rest;")
        print(f"    *low = (({c0} - sum) + rest) + u * (({c1} - factor) + inner);")
        total = "sum"
    print(f"    return {total};\n}}")


print("#ifndef GRAD_COEFFICIENTS_H\n#define GRAD_COEFFICIENTS_H\n")
print("// Made by scripts/oracles/coefficients.py; change it there.\n")
print('#include "clones.h"\n\n#pragma clang fp contract(off)')
for name, note, f, low, high, degree, short, weight in POLYNOMIALS:
    emit(name, note, f, low, high, degree, weight, False)
    if short is not None:
        emit(name, note, f, low, high, short, weight, True)
print("\n#endif")
