"""Entries picked by indices, and numbers in order."""

import torch

from catalogue import Oracle
from samples import sample

oracle = Oracle("indexing", "take, gather, scatter_add, sort and argtopk.")


def take(axis):
    def taken(x, indices):
        picked = indices.long() % x.shape[axis]
        flat = torch.index_select(x, axis, picked.reshape(-1))
        return flat.reshape(x.shape[:axis] + indices.shape + x.shape[axis + 1:])

    return taken


oracle.case("take", take(0), sample(5), [4.0, 0.0, -2.0, 4.0], variables=[0])
oracle.case("take", take(0), sample(4, 3), [[3.0, 0.0], [1.0, 3.0]], variables=[0])
oracle.case("take", take(1), sample(2, 3, 2), [2.0, 2.0, 0.0], attributes="axis: 1", variables=[0])
oracle.case("take", take(0), sample(4, 2), 2.0, variables=[0])


def gather(axis):
    return lambda x, indices: torch.gather(x, axis, indices.long())


def scatter_add(axis):
    return lambda x, indices, source: torch.scatter_add(x, axis, indices.long(), source)


COLUMN = [[2.0], [0.0], [2.0]]
oracle.case("gather", gather(1), sample(3, 4), COLUMN, variables=[0])
oracle.case("gather", gather(0), sample(3, 4), [[2.0, 0.0], [2.0, 1.0]], attributes="axis: 0", variables=[0])
oracle.case("gather", gather(1), sample(2, 3, 2), [[[2.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [2.0, 1.0]]], attributes="axis: 1", variables=[0])
oracle.case("scatter_add", scatter_add(0), sample(4), [2.0, 0.0, 2.0], [0.4, 1.0, 3.0], variables=[0, 2])
oracle.case("scatter_add", scatter_add(1), sample(3, 4), COLUMN, [[0.4], [1.0], [3.0]], variables=[0, 2])
oracle.case(
    "scatter_add", scatter_add(0), sample(3, 4), [[2.0, 0.0], [2.0, 1.0]], [[0.4, 1.0], [3.0, -1.0]], attributes="axis: 0",
    variables=[0, 2])

TIES = [[2.0, 1.0, 2.0, 1.0], [0.0, 0.0, 3.0, -1.0]]
for x in [sample(2, 4), TIES]:
    for axis in [-1, 0]:
        for descending in [False, True]:
            given = f"axis: {axis}, descending: {str(descending).lower()}"
            oracle.case("sort", lambda x: torch.sort(x, dim=axis, descending=descending, stable=True).values, x, attributes=given)
            oracle.case("argsort", lambda x: torch.sort(x, dim=axis, descending=descending, stable=True).indices, x, attributes=given, order=0)
for k in [0, 1, 3]:
    oracle.case("argtopk", lambda x: torch.topk(x, k).indices, sample(2, 4), attributes=f"k: {k}", order=0)
oracle.case(
    "argtopk", lambda x: torch.topk(x, 2, 0, largest=False).indices, sample(4, 3), attributes="k: 2, axis: 0, descending: false", order=0)
EDGES = [1.0, 2.0, 2.0, 5.0]
for right in [False, True]:
    oracle.case(
        "searchsorted", lambda s, v: torch.searchsorted(s, v, right=right), EDGES, [[0.0, 1.0, 2.0], [3.0, 5.0, 6.0]],
        attributes=f"right: {str(right).lower()}", order=0)

oracle.write()
