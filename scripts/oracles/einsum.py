"""einsum, with every form of its subscripts."""

import torch

from catalogue import Oracle

oracle = Oracle("einsum", "einsum: products, diagonals, traces, sums, batches, several operands.")


def numbers(*shape, start=0.3):
    """Uneven numbers, the same at every run, within (-1, 1)."""
    count = torch.Size(shape).numel()
    return (torch.sin(torch.arange(count) * 1.7 + start * 10) + 0.1 * torch.cos(torch.arange(count) * 0.3)).reshape(shape) / 1.1


for subscripts, *shapes in [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ij,kj->ki", (2, 3), (4, 3)), ("ji,jk->ki", (3, 2), (3, 4)),
    ("ba", (2, 3)), ("ii", (3, 3)), ("ii->i", (3, 3)), ("iij->j", (2, 2, 3)), ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ijk->kji", (2, 3, 2)),
    ("i,j->ij", (2,), (3,)), ("i,i", (3,), (3,)), ("i,i->i", (3,), (3,)), ("ij,ij->ij", (2, 3), (2, 3)), ("ij,ji->ij", (2, 3), (3, 2)),
    ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("bij,jk->bik", (2, 2, 3), (3, 2)), ("bhqd,bhkd->bhqk", (2, 2, 3, 2), (2, 2, 2, 2)),
    ("...ij,...jk->...ik", (2, 2, 3), (2, 3, 2)), ("...i,ij", (2, 2, 3), (3, 2)), ("i...->...", (2, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)), ("i,ij,j", (2,), (2, 3), (3,)), ("ij,ik,il->jkl", (2, 3), (2, 2), (2, 2)),
    ("ij,k->i", (2, 3), (2,)), ("ijj,ji->", (2, 3, 3), (3, 2)), ("iij,j->i", (2, 2, 3), (3,)), (",i->i", (), (3,)),
]:
    operands = [numbers(*shape, start=0.3 + i) for i, shape in enumerate(shapes)]
    oracle.case("einsum", lambda *tensors: torch.einsum(subscripts, *tensors), *operands, attributes=f'subscripts: "{subscripts}"')

oracle.write()
