"""Matrix products, linear systems and factorizations."""

import itertools

import torch

from catalogue import Oracle

oracle = Oracle("linear", "Matrix products, linear systems, determinants and factorizations.")


def numbers(*shape, start=0.3):
    """Uneven numbers, the same at every run, within (-1, 1)."""
    count = torch.Size(shape).numel()
    return (torch.sin(torch.arange(count) * 1.7 + start * 10) + 0.1 * torch.cos(torch.arange(count) * 0.3)).reshape(shape) / 1.1


def product(transpose_a, transpose_b):
    def run(a, b):
        a = a.transpose(-1, -2) if transpose_a and a.dim() > 1 else a
        b = b.transpose(-1, -2) if transpose_b and b.dim() > 1 else b
        return a @ b

    return run


SHAPES = [
    ((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((2, 2, 3), (2, 3, 4)), ((2, 2, 3), (3, 4)), ((2, 3), (2, 3, 4)),
    ((2, 2, 3), (3,)), ((3,), (2, 3, 4)), ((2, 1, 2, 3), (2, 1, 3, 2)), ((6, 9), (9, 7)),
]
for a, b in SHAPES:
    for flip_a, flip_b in itertools.product([False, True], repeat=2):
        left = a[:-2] + (a[-1], a[-2]) if flip_a and len(a) > 1 else a
        right = b[:-2] + (b[-1], b[-2]) if flip_b and len(b) > 1 else b
        flags = ", ".join(name for name, flag in [("transposeA: true", flip_a), ("transposeB: true", flip_b)] if flag)
        oracle.case("matmul", product(flip_a, flip_b), numbers(*left), numbers(*right, start=0.8), attributes=flags)

SQUARE = [numbers(1, 1) + 1, numbers(2, 2) + torch.eye(2), numbers(3, 3) + torch.eye(3), numbers(5, 5, start=0.7) + 2 * torch.eye(5)]
TRIANGLE = torch.tril(numbers(4, 4)) + 2 * torch.eye(4)
for a in SQUARE + [TRIANGLE, TRIANGLE.T.contiguous()]:
    n = a.shape[0]
    for b in [numbers(n, start=0.2), numbers(n, 3, start=0.4)]:
        oracle.case("solve", torch.linalg.solve, a, b)
        oracle.case("solve", lambda a, b: torch.linalg.solve(a.T, b), a, b, attributes="transposed: true")
    oracle.case("inv", torch.linalg.inv, a)
    oracle.case("det", torch.linalg.det, a)
    oracle.case("logdet", lambda a: torch.linalg.slogdet(a)[1], a)
oracle.case("det", torch.linalg.det, -SQUARE[2])
oracle.case("logdet", lambda a: torch.linalg.slogdet(a)[1], -SQUARE[2])


def leibniz(a):
    """The determinant by its definition: torch.linalg.det gives a singular matrix the gradient zero."""
    total = torch.tensor(0.0)
    for order in itertools.permutations(range(a.shape[0])):
        inversions = sum(order[i] > order[j] for i in range(len(order)) for j in range(i + 1, len(order)))
        term = torch.tensor((-1.0) ** inversions)
        for row, column in enumerate(order):
            term = term * a[row, column]
        total = total + term
    return total


for singular in [
    [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], [[1.0, 2.0], [2.0, 4.0]],
    [[0.0]], [[0.0, 1.0], [0.0, 3.0]],
]:
    oracle.case("det", leibniz, singular, order=1)


def symmetric(f):
    """Grad's factorizations take (A + A.T) / 2."""
    return lambda a: f((a + a.T) / 2)


def fixed(vectors):
    """1 or -1 for each column: the number of largest size becomes positive."""
    place = vectors.abs().argmax(0)
    return torch.sign(vectors[place, torch.arange(vectors.shape[1])]).detach()


def eigh(a):
    values, vectors = torch.linalg.eigh(a)
    return torch.cat([values, (vectors * fixed(vectors)).reshape(-1)])


def svd(a):
    u, s, vt = torch.linalg.svd(a, full_matrices=False)
    signs = fixed(u)
    return torch.cat([(u * signs).reshape(-1), s, (vt * signs[:, None]).reshape(-1)])


def qr(a):
    q, r = torch.linalg.qr(a)
    signs = torch.sign(torch.diagonal(r)).detach()
    return torch.cat([(q * signs).reshape(-1), (r * signs[:, None]).reshape(-1)])


for n in [1, 2, 3, 5]:
    a = numbers(n, n, start=0.1 * n)
    oracle.case("cholesky", symmetric(torch.linalg.cholesky), a @ a.T + torch.eye(n))
    oracle.case("eigh_packed", symmetric(eigh), (a + a.T) / 2 + torch.diag(torch.arange(float(n))))
for shape in [(1, 1), (2, 2), (3, 3), (4, 2), (2, 4), (3, 1), (1, 3), (5, 4)]:
    oracle.case("svd_packed", svd, numbers(*shape, start=0.35))
    oracle.case("qr_packed", qr, numbers(*shape, start=0.35))

oracle.write()
