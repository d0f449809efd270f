"""Reductions, scans and softmax along one axis, several and all, kept and not; zeros, ties and constant data among them."""

import math

import torch

from catalogue import Oracle

oracle = Oracle("reductions", "Reductions, scans and softmax, with zeros, ties and constant data.")

VECTOR = [0.7, -1.3, 2.1, 0.4]
MATRIX = [[0.7, -1.3, 2.1], [1.6, 0.4, -0.9]]
BLOCK = [[[0.7, -1.3], [2.1, 1.6], [0.4, -0.9]], [[1.1, -0.3], [0.25, 3.1], [-2.4, 0.6]]]
NUMBER = 1.7

# Each operand, with the axes along which it is reduced (None: all) and whether they are kept.
LAYOUTS = [
    (NUMBER, None, False), (VECTOR, None, False), (VECTOR, [0], False), (VECTOR, [-1], True), (MATRIX, None, False),
    (MATRIX, None, True), (MATRIX, [0], False), (MATRIX, [1], False), (MATRIX, [-2], True), (BLOCK, [0], False),
    (BLOCK, [1], False), (BLOCK, [-1], False), (BLOCK, [0, 2], False), (BLOCK, [2, 0], True), (BLOCK, [-2, -1], False),
    (BLOCK, [0, 1, 2], False), (BLOCK, None, True), ([[[0.5, 2.0]]], [0, 1], False),
]


def axes_of(x, axes):
    return tuple(range(x.dim())) if axes is None else tuple(axes)


def attributes(axes, keep, *more):
    words = [] if axes is None else [f"axis: {list(axes)}"]
    return ", ".join(words + (["keep: true"] if keep else []) + list(more))


def prod(x, axes, keep):
    for axis in sorted((a % x.dim() for a in axes), reverse=True):
        x = x.prod(axis, keepdim=keep)
    return x


def everywhere(function):
    """Over no axes, which torch would read as all, a reduction leaves its operand as it is."""
    return lambda x, axes, keep: function(x, axes, keep) if axes else x + 0.0


def hold(function):
    return lambda x, axes, keep: function(x != 0, axes, keep) if axes else x != 0


REDUCTIONS = {
    "sum": everywhere(lambda x, axes, keep: x.sum(axes, keepdim=keep)),
    "mean": everywhere(lambda x, axes, keep: x.mean(axes, keepdim=keep)),
    "prod": prod,
    "max": everywhere(lambda x, axes, keep: x.amax(axes, keepdim=keep)),
    "min": everywhere(lambda x, axes, keep: x.amin(axes, keepdim=keep)),
    "any": hold(lambda x, axes, keep: x.any(axes, keepdim=keep)),
    "all": hold(lambda x, axes, keep: x.all(axes, keepdim=keep)),
    "logsumexp": everywhere(lambda x, axes, keep: x.logsumexp(axes, keepdim=keep)),
}


def along(function, axes, keep):
    return lambda x: function(x, axes_of(x, axes), keep)


for name, function in REDUCTIONS.items():
    for operand, axes, keep in LAYOUTS:
        oracle.case(name, along(function, axes, keep), operand, attributes=attributes(axes, keep))

# Zeros in products.
for operand, axes in [
    ([0.0, 2.0, -1.5], None), ([2.0, 0.0, -1.5, 0.0], None), ([0.0, 0.0, 0.0], None),
    ([[0.0, 2.0], [3.0, -1.5]], None), ([[0.0, 2.0], [3.0, -1.5]], [1]), ([[0.0, 2.0], [0.0, -1.5], [4.0, 0.0]], [0]),
]:
    oracle.case("prod", along(prod, axes, False), operand, attributes=attributes(axes, False))

# Ties share equally; the branch is constant around them, so only the gradient is compared.
for name in ["max", "min"]:
    for operand, axes in [
        ([2.0, 7.0, 7.0, 2.0], None), ([[1.0, 1.0], [1.0, 0.0]], None), ([[1.0, 1.0], [1.0, 0.0]], [0]), ([3.0, 3.0, 3.0], [0]),
    ]:
        oracle.case(name, along(REDUCTIONS[name], axes, False), operand, attributes=attributes(axes, False), order=1)

for operand in [[0.0, 0.0], [0.0, 2.0], [[0.0, 3.0], [0.0, 0.0]]]:
    for name in ["any", "all"]:
        oracle.case(name, along(REDUCTIONS[name], [-1], False), operand, attributes="axis: -1", order=0)

for name, function in {"argmax": torch.argmax, "argmin": torch.argmin}.items():
    for operand, axis, keep in [
        (VECTOR, None, False), (VECTOR, 0, True), (MATRIX, None, False), (MATRIX, 0, False), (MATRIX, -1, True), (BLOCK, 1, False),
    ]:
        words = ([] if axis is None else [f"axis: {axis}"]) + (["keep: true"] if keep else [])
        oracle.case(
            name, lambda x: function(x, axis, keepdim=keep), operand, attributes=", ".join(words), order=0)
    # The first of equals, as NumPy has it; torch promises no order.
    oracle.case(name, lambda x: torch.tensor([0.0, 1.0]), [[7.0, 7.0], [2.0, 9.0]] if name == "argmax" else [[7.0, 7.0], [9.0, 2.0]],
                attributes="axis: 1", order=0)

# Variance and standard deviation: ddof is torch's correction.
for ddof in [0, 1]:
    for operand, axes, keep in LAYOUTS[1:-1]:
        more = [f"ddof: {ddof}"] if ddof else []
        for name, function in {"var": torch.var, "std": torch.std}.items():
            oracle.case(
                name, lambda x: function(x, axes_of(x, axes), correction=ddof, keepdim=keep), operand,
                attributes=attributes(axes, keep, *more))
# Constant data. One tenth has a mean that rounds; torch's own gradient there is then that of rounding, so the powers of two stand for it.
oracle.case("var", lambda x: x.var(correction=0), [0.5, 0.5, 0.5])
oracle.case("std", lambda x: x.std(correction=0), [0.5, 0.5, 0.5], order=1)
oracle.case("std", lambda x: x.std(1, correction=0), [[0.5, 0.5], [1.0, 2.0]], attributes="axis: 1", order=1)
oracle.case("std", lambda x: (x - x).sum(), [0.1] * 3, order=1)
oracle.case("var", lambda x: x.var(correction=0), [1e8 + 0.5, 1e8 - 0.5, 1e8 + 1.5])

for order, spelled in [(1, "1"), (2, "2"), (math.inf, "inf")]:
    for operand, axes, keep in LAYOUTS[1:]:
        oracle.case(
            "norm", lambda x: torch.linalg.vector_norm(x, order, axes_of(x, axes), keep), operand,
            attributes=", ".join(filter(None, [f"ord: {spelled}", attributes(axes, keep)])))
    for operand in [[0.0, 0.0], [[0.0, 0.0], [3.0, -4.0]], [[2.0, -2.0], [2.0, 0.0]]]:
        oracle.case(
            "norm", lambda x: torch.linalg.vector_norm(x, order, (-1,)), operand, attributes=f"ord: {spelled}, axis: -1", order=1)
oracle.case("norm", lambda x: torch.linalg.vector_norm(x), VECTOR)

# Scans.
for operand, axis in [(VECTOR, None), (MATRIX, 0), (MATRIX, 1), (BLOCK, 1), (BLOCK, -1), ([5.0], 0)]:
    dim = 0 if axis is None else axis
    words = [] if axis is None else [f"axis: {axis}"]
    for name, function in {"cumsum": torch.cumsum, "cumprod": torch.cumprod}.items():
        oracle.case(name, lambda x: function(x, dim), operand, attributes=", ".join(words))
        oracle.case(
            name, lambda x: function(x.flip(dim), dim).flip(dim), operand, attributes=", ".join(words + ["reverse: true"]))


def cumprod(x):
    """By the definition, since torch's second derivative of cumprod does not hold at zeros."""
    return torch.stack([torch.stack([x[j] for j in range(i + 1)]).prod() for i in range(len(x))])


for operand in [[0.0, 2.0, -1.5], [2.0, 0.0, -1.5, 0.0], [0.0, 0.0, 0.0], [1.5, 2.0, 0.0]]:
    oracle.case("cumprod", lambda x: torch.cumprod(x, 0), operand, second=cumprod)


def recurrence(dim, reverse):
    def run(a, b):
        last = torch.zeros_like(a.select(dim, 0))
        rows = []
        places = range(a.shape[dim])
        for k in reversed(places) if reverse else places:
            last = a.select(dim, k) * last + b.select(dim, k)
            rows.append(last)
        return torch.stack(rows[::-1] if reverse else rows, dim)
    return run


oracle.case("recurrence", recurrence(0, False), VECTOR, [1.5, 0.2, -0.6, 0.9])
oracle.case("recurrence", recurrence(0, True), VECTOR, [1.5, 0.2, -0.6, 0.9], attributes="reverse: true")
oracle.case("recurrence", recurrence(1, False), MATRIX, [[1.5, 0.2, -0.6], [0.9, 0.0, 2.0]], attributes="axis: 1")
oracle.case("recurrence", recurrence(0, True), MATRIX, [[1.5, 0.2, -0.6], [0.9, 0.0, 2.0]], attributes="axis: 0, reverse: true")


def shift(by, dim, fill):
    def run(x):
        length = x.shape[dim]
        gap = torch.full_like(x, fill).narrow(dim, 0, min(abs(by), length))
        if by >= 0:
            return torch.cat([gap, x.narrow(dim, 0, length - gap.shape[dim])], dim)
        return torch.cat([x.narrow(dim, gap.shape[dim], length - gap.shape[dim]), gap], dim)
    return run


for operand, by, dim, fill in [
    (VECTOR, 1, 0, 0), (VECTOR, -1, 0, 2.5), (VECTOR, 0, 0, 0), (VECTOR, 9, 0, 1), (MATRIX, 2, 1, 1), (BLOCK, -1, 1, 0),
]:
    oracle.case("shift", shift(by, dim, fill), operand, attributes=f"by: {by}, axis: {dim}, fill: {fill}")

# Softmax.
NORMALIZERS = {"softmax": torch.softmax, "log_softmax": torch.log_softmax}
for name, function in NORMALIZERS.items():
    for operand in [VECTOR, MATRIX, BLOCK, [1000.0, 1000.0, 998.0], [-1e4, 3.0], [0.5]]:
        oracle.case(name, lambda x: function(x, -1), operand)
    for operand, axis in [(MATRIX, 0), (BLOCK, 0), (BLOCK, 1), (BLOCK, -2)]:
        oracle.case(name, lambda x: function(x, axis), operand, attributes=f"axis: {axis}")
    oracle.case(name, lambda x: function(x.reshape(-1), 0).reshape(x.shape), MATRIX, attributes="axis: [0, 1]")
for operand in [[1000.0, 1000.5], [-1000.0, -1001.0], [1e308, 1.0]]:
    oracle.case("logsumexp", lambda x: x.logsumexp(0), operand)

oracle.write()
