"""Convolutions and pools."""

import torch
from torch.nn import functional

from catalogue import Oracle

oracle = Oracle("windows", "Convolutions and pools, at several strides and paddings.")


def numbers(*shape, start=0.3):
    """Uneven numbers, the same at every run, no two of them equal."""
    count = torch.Size(shape).numel()
    return (torch.sin(torch.arange(count) * 1.7 + start * 10) + 0.1 * torch.cos(torch.arange(count) * 0.3)).reshape(shape)


def walked(*, stride=None, padding=0, window=None):
    """The attributes as the primitive names them and as torch does."""
    texts = [("window", window), ("stride", stride), ("padding", padding)]
    text = ", ".join(f"{name}: {list(v) if isinstance(v, tuple) else v}" for name, v in texts if v is not None)
    arguments = {"padding": padding} | ({} if stride is None else {"stride": stride}) | ({} if window is None else {"kernel_size": window})
    return text, arguments


for x, w, walk in [
    ((1, 1, 4), (1, 1, 2), {}), ((2, 3, 7), (4, 3, 3), {"stride": 2, "padding": 1}), ((2, 2, 5), (3, 2, 5), {"padding": 4}),
    ((1, 2, 8), (2, 2, 2), {"stride": 3}), ((1, 2, 3), (2, 2, 1), {"stride": 5, "padding": 2}),
]:
    text, arguments = walked(**({"stride": 1} | walk))
    oracle.case("conv1d", lambda x, w: functional.conv1d(x, w, **arguments), numbers(*x), numbers(*w, start=0.8), attributes=text)

for x, w, walk in [
    ((1, 1, 3, 3), (1, 1, 2, 2), {}), ((2, 3, 5, 4), (4, 3, 3, 2), {"stride": 2, "padding": 1}),
    ((2, 2, 4, 6), (3, 2, 2, 3), {"stride": (1, 2), "padding": (0, 1)}), ((1, 2, 3, 3), (2, 2, 1, 1), {}),
    ((1, 1, 2, 3), (1, 1, 4, 5), {"padding": (1, 2)}), ((3, 1, 8, 8), (4, 1, 3, 3), {"padding": 1}),
]:
    text, arguments = walked(**({"stride": 1} | walk))
    oracle.case("conv2d", lambda x, w: functional.conv2d(x, w, **arguments), numbers(*x), numbers(*w, start=0.8), attributes=text)

for name, x, walk in [
    ("1d", (1, 2, 6), {"window": 2}), ("1d", (2, 7), {"window": 3, "stride": 2, "padding": 1}), ("1d", (1, 5), {"window": 2, "stride": 1}),
    ("1d", (1, 2, 7), {"window": 2, "stride": 3}),
    ("2d", (1, 2, 4, 4), {"window": 2}), ("2d", (2, 5, 6), {"window": (3, 2), "stride": (2, 1), "padding": (1, 0)}),
    ("2d", (1, 1, 5, 5), {"window": 3, "stride": 1, "padding": 1}), ("2d", (1, 3, 3), {"window": 2, "stride": 2}),
]:
    text, arguments = walked(**walk)
    largest = getattr(functional, "max_pool" + name)
    mean = getattr(functional, "avg_pool" + name)
    oracle.case("max_pool" + name, lambda x: largest(x, **arguments), numbers(*x), attributes=text)
    oracle.case("mean_pool" + name, lambda x: mean(x, **arguments), numbers(*x), attributes=text)

# At ties PyTorch gives the first of the largest all of the derivative; here they share it, as amax does there.
oracle.case(
    "max_pool2d", lambda x: x.unfold(0, 2, 2).unfold(1, 2, 2).amax((-2, -1)), [[1.0, 1.0, 2.0, 0.0], [0.0, 1.0, 2.0, 2.0]],
    attributes="window: 2", order=1)

oracle.write()
