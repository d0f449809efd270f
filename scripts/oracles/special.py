"""Zeros of both signs, infinities, NaN, the ends of domains, kinks and ties: values and gradients.

Where we differ from torch on purpose, the reason stands beside the case.
"""

import math

import torch

from catalogue import Oracle

oracle = Oracle("special", "Signed zeros, infinities, NaN, ends of domains, kinks and ties.")

INF, NAN = math.inf, math.nan
EDGES = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 5e-324, -1e-310, 1e-20, -1e-20, 1e308, -1e308, 40.0, -40.0, 709.0, -745.0]

UNARY = {
    "negate": torch.neg, "exp": torch.exp, "log": torch.log, "log1p": torch.log1p, "expm1": torch.expm1, "sqrt": torch.sqrt,
    "sin": torch.sin, "cos": torch.cos, "tan": torch.tan, "asin": torch.asin, "acos": torch.acos, "atan": torch.atan,
    "sinh": torch.sinh, "cosh": torch.cosh, "tanh": torch.tanh, "asinh": torch.asinh, "acosh": torch.acosh,
    "atanh": torch.atanh, "sigmoid": torch.sigmoid, "softplus": torch.nn.functional.softplus, "relu": torch.relu,
    "gelu": torch.nn.functional.gelu, "silu": torch.nn.functional.silu, "erf": torch.erf, "abs": torch.abs,
    "sign": torch.sign, "floor": torch.floor, "ceil": torch.ceil, "round": torch.round,
}
# Ours are the limits, where torch has NaN for the value (a product 0 × ∞ on the way), and NaN for a sign that is not known, as NumPy.
DIFFERS = {"gelu": [-INF], "silu": [-INF], "relu": [NAN, -0.0], "abs": [NAN], "sign": [NAN]}
for name, function in UNARY.items():
    edges = [e for e in EDGES if repr(e) not in map(repr, DIFFERS.get(name, []))]
    for edge in edges:
        oracle.case(name, function, edge, order=1)
    oracle.case(name, function, edges, order=1)
oracle.case("gelu", lambda x: -torch.zeros_like(x), -INF, order=0)
oracle.case("silu", lambda x: torch.nn.functional.silu(torch.clamp(x, min=-1e300)), -INF, order=1)
# The derivative of relu is (x > 0), which does not hold for NaN, as in JAX.
oracle.case("relu", lambda x: torch.where(x > 0, x, x.detach()), NAN, order=1)
oracle.case("abs", lambda x: x * x, NAN, order=1)
oracle.case("sign", lambda x: x.detach(), NAN, order=0)

PAIRS = {
    "add": (torch.add, [(INF, -INF), (INF, 1.0), (NAN, 1.0), (0.0, -0.0), (-0.0, -0.0)]),
    "subtract": (torch.sub, [(INF, INF), (1.0, INF), (0.0, 0.0), (-0.0, 0.0)]),
    "multiply": (torch.mul, [(INF, 0.0), (-0.0, 3.0), (INF, -2.0), (1e200, 1e200)]),
    "divide": (torch.div, [(1.0, 0.0), (-1.0, 0.0), (1.0, -0.0), (0.0, 0.0), (1.0, INF), (INF, INF), (0.0, -3.0)]),
    "pow": (torch.pow, [
        (0.0, 0.0), (0.0, 2.0), (0.0, 1.0), (0.0, 0.5), (-2.0, 3.0), (INF, 0.0), (1.0, NAN), (2.0, INF), (0.5, INF), (2.0, -INF),
        (-0.0, 3.0), (4.0, 0.5), (4.0, 0.0),
    ]),
    "mod": (torch.remainder, [(5.0, 3.0), (-5.0, 3.0), (5.0, -3.0), (-5.0, -3.0), (6.0, 3.0), (0.3, 0.1), (NAN, 2.0)]),
    "minimum": (torch.minimum, [(2.0, 2.0), (-INF, 3.0), (INF, 3.0)]),
    "maximum": (torch.maximum, [(2.0, 2.0), (-INF, 3.0), (INF, 3.0)]),
    "atan2": (torch.atan2, [(0.0, 1.0), (0.0, -1.0), (-0.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (-0.0, 1.0), (NAN, 1.0)]),
    "equal": (torch.eq, [(NAN, NAN), (0.0, -0.0), (INF, INF)]),
    "not_equal": (torch.ne, [(NAN, NAN), (0.0, -0.0), (INF, INF)]),
    "less": (torch.lt, [(NAN, 1.0), (1.0, NAN), (-INF, INF), (2.0, 2.0)]),
    "less_equal": (torch.le, [(NAN, 1.0), (1.0, NAN), (INF, INF), (2.0, 2.0)]),
    "greater": (torch.gt, [(NAN, 1.0), (1.0, NAN), (INF, -INF), (2.0, 2.0)]),
    "greater_equal": (torch.ge, [(NAN, 1.0), (1.0, NAN), (INF, INF), (2.0, 2.0)]),
    "logical_and": (torch.logical_and, [(NAN, 1.0), (0.0, NAN), (-0.0, 1.0)]),
    "logical_or": (torch.logical_or, [(NAN, 0.0), (0.0, -0.0), (0.0, INF)]),
}
for name, (function, pairs) in PAIRS.items():
    for a, b in pairs:
        oracle.case(name, function, a, b, order=1)
    oracle.case(name, function, [a for a, _ in pairs], [b for _, b in pairs], order=1)


oracle.case("relu", lambda x: x + 0.0, -0.0, order=0)
# The remainder has the sign of the divisor, zero too, as in Python.
oracle.case("mod", lambda a, b: torch.tensor(0.0), -6.0, 3.0, order=0)
# Neither branch is taken where one of them is NaN: the derivatives are 0, as in JAX.
for name, function in {"minimum": torch.minimum, "maximum": torch.maximum}.items():
    for a, b in [(NAN, 1.0), (1.0, NAN)]:
        oracle.case(name, lambda a, b: function(a, b).detach() + 0 * (a.nan_to_num() + b.nan_to_num()), a, b, order=1)


def where(c, a, b):
    return torch.where(c != 0, a, b)


oracle.case("where", where, [1.0, 0.0, NAN, 1.0], [2.0, NAN, 3.0, NAN], [INF, 4.0, 5.0, 6.0], variables=[1, 2], order=1)


def clamp(x, low, high):
    return torch.clamp(x, low, high)


# At a bound the derivative is x's.
for x in [-1.0, 2.0, INF, -INF, NAN]:
    oracle.case("clamp", clamp, x, -1.0, 2.0, order=1)
oracle.case("clamp", clamp, [0.5, 0.0], [-INF, -INF], [INF, 0.0], order=1)

REDUCED = [[INF, 1.0], [INF, -INF], [-INF, -INF], [NAN, 1.0], [1.0, NAN, 2.0], [-INF, 2.0, 0.5], [-0.0, -0.0], [1e308, 1e308]]


def everything(function):
    return lambda x: function(x, 0)


def product(x, axis):
    """Factor by factor, since torch's derivative of prod divides by the factor: infinity by infinity."""
    return torch.cumprod(x, axis)[-1] if len(x) == 0 else products(x)[-1]


def products(x):
    factors = [x[0]]
    for i in range(1, len(x)):
        factors.append(factors[-1] * x[i])
    return torch.stack(factors)


for name, function in {
    "sum": torch.sum, "mean": torch.mean, "prod": product, "max": torch.amax, "min": torch.amin, "softmax": torch.softmax,
    "log_softmax": torch.log_softmax, "cumsum": torch.cumsum, "cumprod": lambda x, axis: products(x), "any": torch.any, "all": torch.all,
    "argmax": torch.argmax, "argmin": torch.argmin,
}.items():
    for operand in REDUCED:
        if name in ["sum", "mean", "cumsum"] and operand == [0.0, 0.0]:
            continue  # torch starts from 0, and so loses the sign of -0
        oracle.case(name, everything(function), operand, attributes="axis: 0", order=0 if name.startswith("a") else 1)


def logsumexp(x):
    """With the gradient that softmax gives; torch's own is exp(x - y), which rounding of y spoils for large x."""
    return (torch.softmax(x, 0).detach() * (x - x.detach())).sum() + torch.logsumexp(x, 0).detach()


for operand in REDUCED:
    finite = all(map(math.isfinite, operand))
    oracle.case("logsumexp", logsumexp if finite else everything(torch.logsumexp), operand, order=1 if INF not in operand else 0)
for operand in REDUCED[:-1]:
    oracle.case("var", lambda x: x.var(correction=0), operand, order=1)
    oracle.case("std", lambda x: x.std(correction=0), operand, order=1)
for name in ["var", "std"]:  # constant, where torch overflows on the way
    oracle.case(name, lambda x: (x - x).sum(), [1e308, 1e308], order=0)
for operand in REDUCED:
    for order in [1.0, 2.0, INF]:
        # Beside a NaN, torch has a gradient of 0 for the norms by size; ours stays NaN.
        known = order == 2.0 or not any(map(math.isnan, operand))
        oracle.case(
            "norm", lambda x: torch.linalg.vector_norm(x, order), operand, attributes=f"ord: {order}", order=1 if known else 0)

# Nothing to reduce.
for name, function in {
    "sum": torch.sum, "prod": torch.prod, "any": torch.any, "all": torch.all, "logsumexp": torch.logsumexp, "norm": lambda x, d: x.norm(dim=d),
}.items():
    for operand, axis in [(torch.zeros(0), 0), (torch.zeros(0, 3), 0), (torch.zeros(2, 0), 1), (torch.zeros(0, 3), 1)]:
        oracle.case(name, lambda x: function(x, axis), operand, attributes=f"axis: {axis}", order=0 if name in ["any", "all"] else 1)
for name, function in {"softmax": torch.softmax, "log_softmax": torch.log_softmax, "cumsum": torch.cumsum, "cumprod": torch.cumprod}.items():
    oracle.case(name, lambda x: function(x, 1), torch.zeros(2, 0), attributes="axis: 1", order=1)
    oracle.case(name, lambda x: function(x, 1), torch.zeros(0, 2), attributes="axis: 1", order=1)

oracle.write()
