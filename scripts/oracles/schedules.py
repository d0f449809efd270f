"""Learning rates of torch.optim.lr_scheduler in f64, for the schedules of the prelude.

    python3 scripts/oracles/schedules.py

writes Tests/LanguageTests/Oracles/schedules.txt: a line a case, `schedule in Grad | rates at steps 0, 1, 2, …`; for a plateau,
`plateau in Grad | rate before each step | loss at the end of each`.
"""

import pathlib
import random
import warnings

import torch
from torch.optim import lr_scheduler as S

warnings.filterwarnings("ignore")


def optimizer(lr):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=lr)


def rates(lr, make, count):
    o = optimizer(lr)
    schedule = make(o)
    kept = []
    for _ in range(count):
        kept.append(o.param_groups[0]["lr"])
        o.step()
        schedule.step()
    return kept


# Up to where torch's own is defined or, for the cosine, begins to rise again.
CASES = [
    ("constant(0.1)", 0.1, lambda o: S.LambdaLR(o, lambda _: 1.0), 5),
    ("step_decay(0.1)", 0.1, lambda o: S.StepLR(o, step_size=30), 100),
    ("step_decay(0.3, every: 7, γ: 0.5)", 0.3, lambda o: S.StepLR(o, step_size=7, gamma=0.5), 60),
    ("exponential(0.1, γ: 0.9)", 0.1, lambda o: S.ExponentialLR(o, gamma=0.9), 100),
    ("exponential(2)", 2.0, lambda o: S.ExponentialLR(o, gamma=0.95), 100),
    ("cosine(0.1)", 0.1, lambda o: S.CosineAnnealingLR(o, T_max=100), 100),
    ("cosine(1, steps: 37, min: 0.05)", 1.0, lambda o: S.CosineAnnealingLR(o, T_max=37, eta_min=0.05), 38),
    ("warm_restarts(0.1)", 0.1, lambda o: S.CosineAnnealingWarmRestarts(o, T_0=10), 60),
    ("warm_restarts(1, steps: 4, factor: 2, min: 0.01)", 1.0, lambda o: S.CosineAnnealingWarmRestarts(o, T_0=4, T_mult=2, eta_min=0.01), 70),
    ("warmup(0.1)", 0.1, lambda o: S.LinearLR(o), 20),
    ("warmup(1, steps: 13, from: 0.01)", 1.0, lambda o: S.LinearLR(o, start_factor=0.01, total_iters=13), 30),
    ("polynomial(0.1)", 0.1, lambda o: S.PolynomialLR(o), 12),
    ("polynomial(1, steps: 23, power: 2)", 1.0, lambda o: S.PolynomialLR(o, total_iters=23, power=2.0), 40),
    ("polynomial(1, steps: 9, power: 0.5)", 1.0, lambda o: S.PolynomialLR(o, total_iters=9, power=0.5), 14),
    ("one_cycle(1, steps: 10)", 1.0, lambda o: S.OneCycleLR(o, max_lr=1.0, total_steps=10), 10),
    ("one_cycle(0.5)", 0.5, lambda o: S.OneCycleLR(o, max_lr=0.5, total_steps=100), 100),
    (
        "one_cycle(0.2, steps: 61, pct: 0.45, div: 10, final_div: 100)", 0.2,
        lambda o: S.OneCycleLR(o, max_lr=0.2, total_steps=61, pct_start=0.45, div_factor=10, final_div_factor=100), 61,
    ),
]

PLATEAUS = [
    ("plateau(0.1)", 0.1, {}),
    ("plateau(1, patience: 2)", 1.0, {"patience": 2}),
    ("plateau(1, patience: 0, factor: 0.5)", 1.0, {"patience": 0, "factor": 0.5}),
    ("plateau(1, patience: 1, factor: 0.3, min: 0.02)", 1.0, {"patience": 1, "factor": 0.3, "min_lr": 0.02}),
    ("plateau(0.0001, patience: 0)", 0.0001, {"patience": 0}),
]


def losses(seed):
    """A curve that falls, stalls within 1e-4, rises and goes negative."""
    generator = random.Random(seed)
    kept, loss = [], 2.0
    for _ in range(60):
        loss += generator.choice([-0.4, -0.1, -1e-5, 0.0, 1e-5, 0.05])
        kept.append(loss)
    return kept


def plateau(lr, settings, curve):
    o = optimizer(lr)
    schedule = S.ReduceLROnPlateau(o, **settings)
    kept = []
    for loss in curve:
        kept.append(o.param_groups[0]["lr"])
        schedule.step(loss)
    return kept


def main():
    lines = [f"# torch {torch.__version__}: scripts/oracles/schedules.py"]
    for text, lr, make, count in CASES:
        lines.append(f"{text} | " + " ".join(map(repr, rates(lr, make, count))))
    for seed, (text, lr, settings) in enumerate(PLATEAUS):
        curve = losses(seed)
        lines.append(f"{text} | " + " ".join(map(repr, plateau(lr, settings, curve))) + " | " + " ".join(map(repr, curve)))
    path = pathlib.Path(__file__).resolve().parents[2] / "Tests/LanguageTests/Oracles/schedules.txt"
    path.write_text("\n".join(lines) + "\n")


main()
