"""Trajectories of torch.optim in f64, for the update rules of the prelude.

    python3 scripts/oracles/optimizers.py

writes Tests/LanguageTests/Oracles/optimizers.txt: a line a case, `problem | rule in Grad | numbers of the parameters after 1, 10 and 100
steps`, in the order of the parameters' form. The problems are written out in OptimizerTests.swift in Grad.
"""

import pathlib

import torch

torch.set_default_dtype(torch.float64)
A = torch.tensor([[3.0, 0.5, 0.1], [0.5, 2.0, 0.3], [0.1, 0.3, 1.0]])
B = torch.tensor([1.0, -2.0, 0.5])
X = torch.tensor([[0.2, -1.0], [1.1, 0.4], [-0.7, 0.9], [0.5, 0.5], [-1.2, -0.3]])
Y = torch.tensor([0.3, -0.2, 0.8, 0.1, -0.5])


def quadratic():
    p = [torch.tensor([1.0, 1.0, -1.0])]
    return p, lambda: 0.5 * p[0] @ A @ p[0] - B @ p[0]


def rosenbrock():
    p = [torch.tensor(-1.2), torch.tensor(1.0)]
    return p, lambda: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


def network():
    p = [
        torch.tensor([[0.3, -0.2, 0.5], [0.1, 0.4, -0.6]]), torch.tensor([0.1, 0.0, -0.1]),
        torch.tensor([0.7, -0.3, 0.2]), torch.tensor(0.05),
    ]
    return p, lambda: torch.mean((torch.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - Y) ** 2)


O = torch.optim
RULES = [
    ("sgd", lambda p, lr, d: O.SGD(p, lr=lr, weight_decay=d), (0.1, 0.0005, 0.1)),
    ("momentum", lambda p, lr, d: O.SGD(p, lr=lr, momentum=0.9, weight_decay=d), (0.05, 0.0001, 0.05)),
    ("nesterov", lambda p, lr, d: O.SGD(p, lr=lr, momentum=0.9, nesterov=True, weight_decay=d), (0.05, 0.0001, 0.05)),
    ("adagrad", lambda p, lr, d: O.Adagrad(p, lr=lr, weight_decay=d), (0.1, 0.1, 0.05)),
    ("rmsprop", lambda p, lr, d: O.RMSprop(p, lr=lr, weight_decay=d), (0.01, 0.001, 0.001)),
    ("adadelta", lambda p, lr, d: O.Adadelta(p, lr=lr, weight_decay=d), (1.0, 1.0, 1.0)),
    ("adam", lambda p, lr, d: O.Adam(p, lr=lr, weight_decay=d), (0.05, 0.01, 0.02)),
    ("adamw", lambda p, lr, d: O.AdamW(p, lr=lr, weight_decay=d), (0.05, 0.01, 0.02)),
    ("nadam", lambda p, lr, d: O.NAdam(p, lr=lr, weight_decay=d), (0.02, 0.01, 0.02)),
    ("radam", lambda p, lr, d: O.RAdam(p, lr=lr, weight_decay=d), (0.02, 0.01, 0.02)),
]


def run(problem, make, lr, decay):
    parameters, loss = problem()
    for p in parameters:
        p.requires_grad_(True)
    optimizer = make(parameters, lr, decay)
    kept = []
    for step in range(1, 101):
        def closure():
            optimizer.zero_grad()
            value = loss()
            value.backward()
            return value

        optimizer.step(closure)
        if step in (1, 10, 100):
            kept.append([x for p in parameters for x in p.detach().reshape(-1).tolist()])
    return kept


def main():
    lines = [f"# torch {torch.__version__}: scripts/oracles/optimizers.py"]
    for index, problem in enumerate([quadratic, rosenbrock, network]):
        for name, make, rates in RULES:
            for decay in (0.0, 0.01):
                text = f"{name}(lr: {rates[index]!r}, weight_decay: {decay!r})"
                kept = run(problem, make, rates[index], decay)
                lines.append(f"{problem.__name__} | {text} | " + " ; ".join(" ".join(map(repr, row)) for row in kept))
        # max_eval would follow max_iter, and end the line search after one evaluation.
        lbfgs = lambda p, lr, d: O.LBFGS(p, lr=lr, max_iter=1, max_eval=1000, history_size=10, line_search_fn="strong_wolfe")
        kept = run(problem, lbfgs, 1.0, 0.0)
        lines.append(f"{problem.__name__} | lbfgs() | " + " ; ".join(" ".join(map(repr, row)) for row in kept[:2]))
    path = pathlib.Path(__file__).resolve().parents[2] / "Tests/LanguageTests/Oracles/optimizers.txt"
    path.write_text("\n".join(lines) + "\n")


main()
