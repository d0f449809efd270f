"""Layout: reshape, transpose, joining, slices, borders, flips, triangles and diagonals."""

import torch

from catalogue import Oracle
from samples import sample

oracle = Oracle("layout", "Primitives that arrange numbers.")


oracle.case("reshape", lambda x: x.reshape(3, 2), sample(2, 3), attributes="shape: [3, -1]")
oracle.case("reshape", lambda x: x.reshape(()), sample(1, 1), attributes="shape: []")
oracle.case("flatten", lambda x: x.flatten(1), sample(2, 2, 3), attributes="axis: 1")
oracle.case("flatten", lambda x: x.flatten(), sample(2, 3))
oracle.case("squeeze", lambda x: x.squeeze(), sample(1, 3, 1))
oracle.case("squeeze", lambda x: x.squeeze(0), sample(1, 3, 1), attributes="axis: 0")
oracle.case("unsqueeze", lambda x: x.unsqueeze(-1), sample(2, 3), attributes="axis: -1")

oracle.case("transpose", lambda x: x.T, sample(3, 4))
oracle.case("transpose", lambda x: x.permute(2, 1, 0), sample(2, 3, 4))
oracle.case("transpose", lambda x: x.permute(2, 0, 1), sample(2, 3, 4), attributes="axes: [2, 0, 1]")
oracle.case("transpose", lambda x: x.permute(0, 3, 1, 2), sample(2, 2, 3, 2), attributes="axes: [0, -1, 1, 2]")
oracle.case("swap", lambda x: x.swapaxes(-2, -1), sample(2, 3, 4))
oracle.case("swap", lambda x: x.swapaxes(0, 2), sample(2, 3, 4), attributes="axis1: 0, axis2: 2")

oracle.case("concat", lambda *x: torch.cat(x), sample(2), sample(3), sample(1))
oracle.case("concat", lambda *x: torch.cat(x, 1), sample(2, 1, 2), sample(2, 3, 2), attributes="axis: 1")
oracle.case("stack", lambda *x: torch.stack(x), sample(3), sample(3) * 2)
oracle.case("stack", lambda *x: torch.stack(x, -1), sample(2, 3), sample(2, 3) * 2, sample(2, 3) - 1, attributes="axis: -1")
oracle.case("stack", lambda *x: torch.stack(x), 0.5, -2.0)
oracle.case("tile", lambda x: x.tile((2,)), sample(2, 3), attributes="counts: 2")
oracle.case("tile", lambda x: x.tile((2, 1, 3)), sample(2, 3), attributes="counts: [2, 1, 3]")
oracle.case("repeat", lambda x: x.repeat_interleave(3), sample(2, 2), attributes="counts: 3")
oracle.case("repeat", lambda x: x.repeat_interleave(2, dim=0), sample(2, 3), attributes="counts: 2, axis: 0")
oracle.case(
    "repeat", lambda x: x.repeat_interleave(torch.tensor([2, 0, 1]), dim=1), sample(2, 3), attributes="counts: [2, 0, 1], axis: 1")

oracle.case("slice", lambda x: x[1:3], sample(4), attributes="starts: 1, stops: 3")
oracle.case("slice", lambda x: x[1:, 0:2], sample(3, 4), attributes="starts: [1, 0], stops: [3, 2]")
oracle.case("slice", lambda x: x[:, :, 1:3], sample(2, 2, 4), attributes="starts: -3, stops: -1, axis: -1")


def slice_set(*place):
    def set_block(x, v):
        y = x.clone()
        y[place] = v
        return y

    return set_block


oracle.case("slice_set", slice_set(slice(1, 3)), sample(4), [9.0, -2.0], attributes="starts: 1, stops: 3")
oracle.case("slice_set", slice_set(slice(1, 3)), sample(4), 5.0, attributes="starts: 1, stops: 3")
oracle.case(
    "slice_set", slice_set(slice(1, 3), slice(0, 2)), sample(3, 4), [9.0, -2.0], attributes="starts: [1, 0], stops: [3, 2]")
oracle.case(
    "slice_set", slice_set(slice(None), slice(1, 3)), sample(3, 4), [[9.0], [-2.0], [1.0]],
    attributes="starts: 1, stops: 3, axis: 1")

oracle.case("pad", lambda x: torch.nn.functional.pad(x, (1, 1, 1, 1)), sample(2, 3), attributes="widths: 1")
oracle.case(
    "pad", lambda x: torch.nn.functional.pad(x, (3, 0, 0, 2), value=1.5), sample(2, 3), attributes="widths: [0, 2, 3, 0], value: 1.5")
oracle.case("flip", lambda x: x.flip(0, 1), sample(2, 3))
oracle.case("flip", lambda x: x.flip(1), sample(2, 3, 2), attributes="axis: 1")
oracle.case("roll", lambda x: x.roll(2), sample(2, 3), attributes="shift: 2")
oracle.case("roll", lambda x: x.roll(-4, 1), sample(2, 3), attributes="shift: -4, axis: 1")

for diagonal in [-3, -1, 0, 1, 2, 9]:
    oracle.case("tril", lambda x: x.tril(diagonal), sample(3, 4), attributes=f"diagonal: {diagonal}")
    oracle.case("triu", lambda x: x.triu(diagonal), sample(2, 3, 3), attributes=f"diagonal: {diagonal}")
for diagonal in [-1, 0, 2]:
    oracle.case("diag", lambda x: torch.diag(x, diagonal), sample(3), attributes=f"diagonal: {diagonal}")
    oracle.case("diag", lambda x: torch.diag(x, diagonal), sample(3, 4), attributes=f"diagonal: {diagonal}")
    oracle.case("diag", lambda x: torch.diag(x, diagonal), sample(5, 3), attributes=f"diagonal: {diagonal}")

oracle.write()
