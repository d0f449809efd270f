"""Arithmetic, comparisons, where, expand, and the functions of one number."""

import torch

from catalogue import Oracle

oracle = Oracle("elementwise", "Elementwise primitives at smooth points, one number and several, and broadcast.")

ANYWHERE = [-2.3, -0.7, -0.05, 0.3, 1.1, 3.6]
POSITIVE = [1e-3, 0.2, 0.9, 1.7, 12.5]
WITHIN_ONE = [-0.95, -0.4, -1e-3, 0.25, 0.99]

UNARY = {
    "negate": (torch.neg, ANYWHERE),
    "exp": (torch.exp, ANYWHERE),
    "log": (torch.log, POSITIVE),
    "log1p": (torch.log1p, [-0.9, -1e-9, 1e-12, 0.5, 40.0]),
    "expm1": (torch.expm1, [-3.0, -1e-9, 1e-12, 0.5, 4.0]),
    "sqrt": (torch.sqrt, POSITIVE),
    "sin": (torch.sin, ANYWHERE + [100.0, -1e4]),
    "cos": (torch.cos, ANYWHERE + [100.0, -1e4]),
    "tan": (torch.tan, ANYWHERE),
    "asin": (torch.asin, WITHIN_ONE),
    "acos": (torch.acos, WITHIN_ONE),
    "atan": (torch.atan, ANYWHERE + [1e3]),
    "sinh": (torch.sinh, ANYWHERE + [1e-7]),
    "cosh": (torch.cosh, ANYWHERE),
    "tanh": (torch.tanh, ANYWHERE + [1e-7]),
    "asinh": (torch.asinh, ANYWHERE + [1e-7, -1e3, 1e5]),
    "acosh": (torch.acosh, [1.001, 1.3, 2.0, 50.0]),
    "atanh": (torch.atanh, WITHIN_ONE),
    "sigmoid": (torch.sigmoid, ANYWHERE + [-30.0, 30.0]),
    "softplus": (torch.nn.functional.softplus, ANYWHERE + [-30.0, 15.0]),
    "relu": (torch.relu, ANYWHERE),
    "gelu": (torch.nn.functional.gelu, ANYWHERE),
    "silu": (torch.nn.functional.silu, ANYWHERE + [-30.0, 30.0]),
    "erf": (torch.erf, ANYWHERE),
    "abs": (torch.abs, ANYWHERE),
    "sign": (torch.sign, ANYWHERE),
    "floor": (torch.floor, ANYWHERE),
    "ceil": (torch.ceil, ANYWHERE),
    "round": (torch.round, ANYWHERE + [0.5, 1.5, 2.5, -0.5, -1.5]),
}
for name, (function, points) in UNARY.items():
    oracle.case(name, function, points[1])
    oracle.case(name, function, points)
    oracle.case(name, function, [[points[0], points[1]], [points[2], points[3]]])

A = [[-2.3, 0.7, 1.9], [0.4, -1.1, 3.2]]
B = [[1.3, -0.6, 2.4], [-3.1, 0.8, 1.7]]
PAIRS = [(A, B), (A, B[0]), (B[0], A), (A, 1.7), (-0.6, B), (A, [[1.3], [-0.6]]), ([A[0]], [[0.5], [2.5]]), (0.7, 1.3)]


def softened(x):
    return [softened(v) for v in x] if isinstance(x, list) else abs(x)


BINARY = {
    "add": torch.add,
    "subtract": torch.sub,
    "multiply": torch.mul,
    "divide": torch.div,
    "mod": torch.remainder,
    "minimum": torch.minimum,
    "maximum": torch.maximum,
    "atan2": torch.atan2,
    "equal": torch.eq,
    "not_equal": torch.ne,
    "less": torch.lt,
    "less_equal": torch.le,
    "greater": torch.gt,
    "greater_equal": torch.ge,
    "logical_and": torch.logical_and,
    "logical_or": torch.logical_or,
}
for name, function in BINARY.items():
    for a, b in PAIRS:
        oracle.case(name, function, a, b)
for a, b in PAIRS:
    oracle.case("pow", torch.pow, softened(a), b)
for exponent in [0.0, 1.0, 2.0, 3.0, -1.0]:
    oracle.case("pow", torch.pow, A, exponent, variables=[0])
for name in ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or"]:
    oracle.case(name, BINARY[name], [0.0, 1.0, 0.0, 2.0], [0.0, 1.0, 3.0, 0.0], order=0)
oracle.case("logical_not", torch.logical_not, [0.0, 1.0, -2.0], order=0)


def where(c, a, b):
    return torch.where(c != 0, a, b)


oracle.case("where", where, [[1.0, 0.0, 2.0], [0.0, 0.0, 1.0]], A, B, variables=[1, 2])
oracle.case("where", where, [1.0, 0.0, 2.0], A, 0.5, variables=[1, 2])
oracle.case("where", where, [[1.0], [0.0]], 0.3, [B[0]], variables=[1, 2])
oracle.case("where", where, 1.0, 0.3, -0.7, variables=[1, 2])


def clamp(x, low, high):
    return torch.minimum(torch.maximum(x, low), high)


oracle.case("clamp", clamp, A, -1.0, 1.5)
oracle.case("clamp", clamp, A, [-1.0, 0.8, 0.0], [1.0, 2.0, 3.0])
oracle.case("clamp", clamp, A, [[-1.0], [0.8]], 2.5)
oracle.case("clamp", clamp, 0.3, -1.0, 2.0)
oracle.case("clamp", clamp, [-3.0, 0.0, 3.0], 2.0, 1.0)


def expanded(*shape):
    return lambda x: x.expand(shape)


oracle.case("expand", expanded(2, 3), 1.5, attributes="shape: [2, 3]")
oracle.case("expand", expanded(4, 2), [0.5, -1.0], attributes="shape: [4, 2]")
oracle.case("expand", expanded(2, 3, 2), [[[0.5, -1.0]], [[2.0, 3.0]]], attributes="shape: [2, 3, 2]")

oracle.write()
