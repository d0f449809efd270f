"""What a gradient costs beside its function, for each case whose loss can be called by itself. A case's own program gives the loss and the
data: it is cut off where it starts to print."""

import os
import statistics
import tempfile
from dataclasses import dataclass

FOLDER = os.path.dirname(os.path.abspath(__file__))
LIMIT = 4

TIMED = """
functions() = {{
    for i in 1...{calls} {{ {function} }}
    0
}}
gradients() = {{
    for i in 1...{calls} {{ {gradient} }}
    0
}}
functions();
gradients();
for i in 1...{blocks} {{
    alone = time(functions)
    whole = time(gradients)
    print("seconds", alone.seconds / {calls}, whole.seconds / {calls})
}}
"""


@dataclass
class Case:
    name: str
    title: str
    """Calls in a block, of some tenths of a second."""
    calls: int
    function: str
    gradient: str
    words: tuple = ()
    precisions: tuple = ("f64",)


NETWORK = "loss(p, X, y)", "grad(loss, wrt: p)(p, X, y)"
LOSS = "loss(p)", "grad(loss)(p)"
CASES = [
    Case("descent", "a loss of one number", 100_000, "L(w0)", "grad(L)(w0)"),
    Case("rosenbrock", "Rosenbrock, 2 numbers", 10_000, "f(x)", "grad(f)(x)", (2,)),
    Case("rosenbrock", "Rosenbrock, 100 numbers", 10_000, "f(x)", "grad(f)(x)", (100,)),
    Case("digits", "digits 64-32-10, 1792 rows", 40, *NETWORK, (32, 32)),
    Case("digits", "digits 64-128-10, 1792 rows", 20, *NETWORK, (128, 128)),
    Case("digits", "digits 64-512-10, 1792 rows", 5, *NETWORK, (512, 256)),
    Case("images", "784-512-256-10 relu, 1024 rows", 3, *NETWORK),
    *(Case("mixture", f"Gaussian mixture, d = {d}, K = {K}", calls, "likelihood(p)", "grad(likelihood)(p)", (d, K))
      for d, K, calls in ((2, 5, 100), (10, 25, 10), (20, 25, 5))),
    Case("lstm", "LSTM, 100 steps", 5, *LOSS, (), ("f64", "f32")),
    Case("hessian", "logistic loss of 50 parameters", 1000, "loss(w)", "grad(loss)(w)"),
    Case("hvp", "mean squares of 64-128-10, 128 rows", 200, *LOSS),
    Case("convolution", "two convolutions, batch 64", 3, *LOSS, (), ("f64", "f32")),
    Case("chain", "10 elementwise operations, 10⁷ numbers", 2, "f(x)", "grad(f)(x)", (), ("f64", "f32")),
]


def program(case, calls, blocks):
    with open(os.path.join(FOLDER, case.name + ".grad")) as file:
        text = file.read()
    definitions, mark, _ = text.partition('print("start"')
    if not mark:
        raise ValueError(f"{case.name}.grad prints no start")
    own = "w0 = 1\n" if case.name == "descent" else ""
    return definitions + own + TIMED.format(calls=calls, blocks=blocks, function=case.function, gradient=case.gradient)


def measured(grad, run, case, precision, quick):
    """Medians of seconds for the function and for its gradient, and of their ratio, taken in turn."""
    calls, blocks = (max(1, case.calls // 10), 3) if quick else (case.calls, 9)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, case.name + ".grad")
        with open(path, "w") as file:
            file.write(program(case, calls, blocks))
        lines, _ = run([grad, "--digits", "17", path, "1", precision, *map(str, case.words)], 1, "Grad")
    pairs = lines["seconds"]
    return [statistics.median(column) for column in zip(*((f, g, g / f) for f, g in pairs))]


def report(grad, run, quick, duration):
    lines = [
        f"Gradient over function\n\nTo reach: ≤ {LIMIT}. Both called in a loop, one thread; a value comes with every gradient.\n",
        "| case | function | gradient | gradient / function |", "|---|---|---|---|"]
    for case in CASES:
        for precision in case.precisions:
            function, gradient, ratio = measured(grad, run, case, precision, quick)
            lines.append(f"| {case.title}, {precision} | {duration(function)} | {duration(gradient)} | **{ratio:.2g}** |")
    return "\n".join(lines) + "\n"
