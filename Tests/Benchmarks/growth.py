"""How cost grows with the length of a tape, the rows of the data, the parameters and the lines of source. A slope of 1 in the double
logarithm is linear growth."""

import math
import os
import tempfile
import time

TAPE = """
f(x) = {{
    s = x
    for i in 1...{n} {{ s <- s * 0.999 + sin(x) }}
    s
}}
g = grad(f)
print("first", time(() -> g(1)).seconds)
# The second call makes the plan, where there is to be one.
g(2);
timed = time(() -> {{
    total = 0
    for k in 1...{repeats} {{ total <- total + g(k) }}
    total
}})
print("seconds", timed.seconds / {repeats})
"""

ROWS = """
X = reshape(linspace(0, 1, {n} * 4), [{n}, 4])
y = linspace(0, 1, {n})
loss(p, X, y) = mean((X @ p.w + p.b - y)^2)
timed = time(() -> train(loss, {{w: zeros([4]), b: 0}}, data: {{X: X, y: y}}, batch: 256, epochs: {epochs}, lr: 0.01))
print("seconds", timed.seconds / {epochs})
"""

PARAMETERS = """
w = zeros([{n}])
t = linspace(0, 1, {n})
loss(w) = sum((w - t)^2)
timed = time(() -> train(loss, w, rule: adam(lr: 0.01), steps: {repeats}))
print("seconds", timed.seconds / {repeats})
"""

FUNCTION = """f{i}(x, y) = {{
    s = 0
    for k in 1...10 {{ s <- s + (x * {i}.5 - y)^2 / (k + 1) }}
    if s > 3 {{ return s }}
    -s
}}
"""


def slope(points):
    """By least squares, in the double logarithm, over the upper half, where the fixed cost no longer shows."""
    points = points[len(points) // 2:] if len(points) > 3 else points
    xs, ys = [math.log(n) for n, _ in points], [math.log(t) for _, t in points]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)


def bar(seconds, least, most):
    """On a logarithmic scale, four signs to a factor of ten."""
    return "█" * max(1, round(1 + 4 * math.log10(seconds / least)))


def drawn(title, unit, points, memory):
    least, most = min(t for _, t in points), max(t for _, t in points)
    lines = [f"{title}: slope {slope(points):.2f}", ""]
    for (n, seconds), megabytes in zip(points, memory):
        lines.append(f"    {n:>10,} {unit:<10} {seconds * 1e3:>12.4g} ms {megabytes:>7.0f} MB  {bar(seconds, least, most)}")
    return "\n".join(lines) + "\n"


def series(grad, run, template, sizes, words=("seconds",), least=10, **more):
    """For each word the times that are printed behind it; and peak memory."""
    points, memory = [[] for _ in words], []
    with tempfile.TemporaryDirectory() as folder:
        for n in sizes:
            path = os.path.join(folder, "program.grad")
            with open(path, "w") as file:
                file.write(template.format(n=n, repeats=max(least, min(1000, 10**6 // n)), **more))
            lines, peak = run([grad, path], 1, "Grad")
            for word, found in zip(words, points):
                found.append((n, lines[word][-1][0]))
            memory.append(peak)
    return *points, memory


def parsing(grad, sizes, run):
    points, memory = [], []
    with tempfile.TemporaryDirectory() as folder:
        for n in sizes:
            path = os.path.join(folder, "program.grad")
            with open(path, "w") as file:
                file.write("".join(FUNCTION.format(i=i) for i in range(max(1, n // 6))))
            start = time.perf_counter()
            _, peak = run([grad, "check", path], 1, "Grad")
            points.append((n, time.perf_counter() - start))
            memory.append(peak)
    return points, memory


def report(grad, run, quick):
    last = 4 if quick else 7
    parts = ["How cost grows\n\nA slope of 1 is linear; the bars are on a logarithmic scale, four signs to a factor of ten.\n"]
    first, again, memory = series(grad, run, TAPE, [10**k for k in range(2, min(last, 6) + 1)], ("first", "seconds"), least=3)
    parts.append(drawn("Operations on the tape, time of the first derivative, which records them", "turns", first, memory))
    parts.append(drawn("The same derivative again: by a plan, but for the longest, which stays with the tape", "turns", again, memory))
    points, memory = series(grad, run, ROWS, [10**k for k in range(3, last + 1)], epochs=1)
    parts.append(drawn("Rows, time of one epoch in minibatches of 256", "rows", points, memory))
    points, memory = [], []
    for epochs in (1, 4, 16):
        [(_, seconds)], [peak] = series(grad, run, ROWS, [10**5], epochs=epochs)
        points.append((epochs, seconds * epochs)), memory.append(peak)
    parts.append(drawn("Epochs over 100,000 rows, time of all: memory stays", "epochs", points, memory))
    points, memory = series(grad, run, PARAMETERS, [10**k for k in range(2, last + 1)])
    parts.append(drawn("Parameters, time of one step of Adam", "numbers", points, memory))
    points, memory = parsing(grad, [10**k for k in range(2, min(last, 5) + 1)], run)
    parts.append(drawn("Source, time to read and check it", "lines", points, memory))
    return "\n".join(parts)
