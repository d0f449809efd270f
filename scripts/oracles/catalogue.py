"""What the oracle scripts share: cases computed by PyTorch in f64, written as lines of text that the tests read.

    python3 scripts/oracles/elementwise.py      # rewrites Tests/AutodiffTests/Oracles/elementwise.txt

A line is one case, its fields set apart by " | ":

    primitive | attributes | operands | value | gradient for each operand | second order for each operand

    sum | axis: [1], keep: true | [2, 2] 1.0 2.0 3.0 4.0 | [2, 1] 3.0 7.0 | [2, 2] … | [2, 2] …

A tensor is its shape and its numbers in row-major order; several are set apart by " ; ". "-" stands for what there is none of: no
attributes, an operand that is not differentiated, a second order that is not compared. Attributes are named as the primitive
declares them; what is not named takes its default. Lines that begin with "#" are comments.

The gradient is that of the results times `weights(…, 1)`, summed. The second order is the gradient of that gradient times
directions, `weights(…, 2 + i)` for operand i, summed: the Hessian times a fixed vector.
"""

import math
import os
import platform

import torch

torch.set_default_dtype(torch.float64)

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "Tests", "AutodiffTests", "Oracles")


def weights(shape, salt):
    """The fixed irrational weights that Tests/AutodiffTests/OracleTests.swift makes in the same way."""
    count = math.prod(shape)
    numbers = [0.5 + math.fmod((i + 1) * 0.6180339887498949 * (salt + 1), 1) for i in range(count)]
    return torch.tensor(numbers).reshape(shape)


class Oracle:
    """Collects the cases of one file."""

    def __init__(self, name, about):
        self.name = name
        self.lines = [f"# {about}", f"# Made by scripts/oracles/{name}.py with PyTorch {torch.__version__}, Python {platform.python_version()}."]

    def case(self, primitive, function, *operands, attributes="", variables=None, order=2, second=None):
        """One case. `function` takes the operands as tensors and computes in torch what the primitive computes.

        `operands` are numbers, nested lists or tensors. `variables` are the positions to differentiate by, all unless given;
        `order` 0 compares the value alone, 1 the gradient too, 2 the second order too. `second`, where torch has no second
        derivative, computes the same in another way.
        """
        tensors = [torch.as_tensor(operand, dtype=torch.float64) for operand in operands]
        if order == 0:
            variables = []
        elif variables is None:
            variables = range(len(tensors))
        value = function(*tensors).to(torch.float64)
        gradients = [None] * len(tensors)
        seconds = [None] * len(tensors)
        if order > 0 and len(variables) > 0:
            gradients, _ = derivatives(function, tensors, variables, 1)
            if order == 2:
                _, seconds = derivatives(second or function, tensors, variables, 2)
        fields = [
            primitive, attributes or "-", several(tensors), text(value.detach()), several(gradients), several(seconds),
        ]
        self.lines.append(" | ".join(fields))

    def write(self):
        with open(os.path.join(FOLDER, self.name + ".txt"), "w") as file:
            file.write("\n".join(self.lines) + "\n")
        print(f"{self.name}: {len(self.lines) - 2} cases")


def derivatives(function, tensors, variables, order):
    """The gradient, and the second order if `order` is 2: a list each, None for operands that are not variables."""
    leaves = [t.clone().requires_grad_(i in variables) for i, t in enumerate(tensors)]
    inputs = [leaves[i] for i in variables]
    result = function(*leaves).to(torch.float64)
    output = (result * weights(result.shape, 1)).sum()
    first = gradient(output, inputs, order == 2)
    second = [None] * len(inputs)
    if order == 2:
        inner = sum((g * weights(g.shape, 2 + i)).sum() for i, g in enumerate(first))
        second = gradient(inner, inputs, False)
    placed = ([None] * len(tensors), [None] * len(tensors))
    for position, g, h in zip(variables, first, second):
        placed[0][position] = g.detach()
        placed[1][position] = None if h is None else h.detach()
    return placed


def gradient(output, inputs, create_graph):
    """Zero where the output does not depend on an input."""
    if not output.requires_grad:
        return [torch.zeros_like(x) for x in inputs]
    found = torch.autograd.grad(output, inputs, create_graph=create_graph, allow_unused=True)
    # The sum gives memory to the tensors without any that torch uses for zero.
    return [torch.zeros_like(x) if g is None else torch.zeros_like(x) + g for x, g in zip(inputs, found)]


def text(tensor):
    if tensor is None:
        return "-"
    numbers = " ".join(repr(x) for x in tensor.reshape(-1).tolist())
    return f"{list(tensor.shape)} {numbers}".strip()


def several(tensors):
    return " ; ".join(text(t) for t in tensors)
