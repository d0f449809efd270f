"""The cases of scripts/bench: what is run, how often, and what is to be reached."""

from dataclasses import dataclass, field

EAGER, COMPILE, JIT, LOOP, C = "PyTorch", "torch.compile", "JAX jit", "JAX loop", "C"
LUA, PYTHON = "Lua", "CPython"
LIBRARIES = (EAGER, COMPILE, JIT, LOOP)


@dataclass
class Case:
    name: str
    title: str
    steps: int
    """What a step is called in the table."""
    target: str = ""
    arguments: tuple = ()
    precisions: tuple = ("f64",)
    threads: tuple = (1,)
    peers: tuple = LIBRARIES
    """How the C program is compiled: its name and options; those behind it are its arguments after the steps."""
    c: tuple = ()
    c_arguments: tuple = ()
    """Relative differences allowed in `start` and in `after`, by precision. Minibatches in another order end elsewhere."""
    start: dict = field(default_factory=lambda: {"f64": 1e-6, "f32": 2e-3})
    after: dict = field(default_factory=lambda: {"f64": 1e-6, "f32": 2e-3})
    """Below it two results count as equal, whatever their ratio: Adam trembles around a minimum, each program in its own way."""
    floor: float = 1e-12
    """Whether `train` is also timed with all that its history keeps, which peers do not: a column of its own."""
    has_history: bool = False
    """Peers for which the steps are too many, with how many they make instead; their `after` is not compared."""
    fewer: dict = field(default_factory=dict)


ORDER = {"f64": 0.05, "f32": 0.05}


def digits(H, batch, steps, few, target):
    return Case(
        "digits", f"digits 64-{H}-10, batch {batch}, Adam", steps, target, (H, batch), ("f32", "f64"), (1, 2), (*LIBRARIES, C),
        ("network.c", f"-DLAYERS={{64,{H},10}}", "-DSCALES={0.125,0.125}", "-DCOUNT=2", "-DROWS=1792"), (batch,), after=ORDER, has_history=True,
        fewer={EAGER: few, COMPILE: few, JIT: few})


CASES = [
    Case("loop", "`s <- s + 2i`, 10⁷ turns", 1, "≤ 1 × Lua", peers=(LUA, PYTHON)),
    Case("fib", "fib(27)", 1, "≤ 1 × Lua", peers=(LUA, PYTHON)),
    Case("sieve", "sieve to 200000", 1, "≤ 1 × Lua", peers=(LUA, PYTHON)),
    Case(
        "descent", "`w <- w - η ∇L(w)`, interpreted", 100_000, "≤ 0.15 µs", peers=(EAGER, JIT, LOOP, PYTHON, C), c=("scalars.c",),
        fewer={EAGER: 2000, JIT: 20_000}),
    Case(
        "descent_train", "the same by `train`", 1_000_000, "≤ 0.03 µs", peers=(EAGER, JIT, LOOP, C), c=("scalars.c",),
        fewer={EAGER: 2000, JIT: 20_000}, has_history=True),
    Case(
        "rosenbrock", "Rosenbrock, 2 numbers, Adam", 100_000, "≤ 0.01 × PyTorch, ≤ 1 × JAX loop", (2,), c=("scalars.c", "-DROSENBROCK"),
        c_arguments=(2,), peers=(*LIBRARIES, C), after={"f64": 1}, floor=1e-3, fewer={EAGER: 1000, COMPILE: 1000, JIT: 5000}, has_history=True),
    Case(
        "rosenbrock", "Rosenbrock, 100 numbers, Adam", 100_000, "≤ 0.01 × PyTorch, ≤ 1 × JAX loop", (100,),
        c=("scalars.c", "-DROSENBROCK"), c_arguments=(100,), peers=(*LIBRARIES, C), after={"f64": 1}, floor=1e-3, fewer={EAGER: 1000, COMPILE: 1000, JIT: 5000},
        has_history=True),
    digits(32, 32, 10_000, 2000, "≤ 0.6 × JAX loop, ≤ 1.4 × C"),
    digits(128, 128, 4000, 1000, "≤ 0.85 × JAX loop, ≤ 1.2 × C"),
    digits(512, 256, 1000, 250, "≤ 0.9 × JAX loop, ≤ 1.15 × C"),
    Case(
        "images", "784-512-256-10 relu, batch 128, momentum", 320, "< PyTorch, < JAX", (), ("f32", "f64"), (1, 2), (*LIBRARIES, C),
        ("network.c", "-DLAYERS={784,512,256,10}", "-DSCALES={1.0/28,1.0/22,1.0/16}", "-DCOUNT=3", "-DROWS=1024", "-DRELU", "-DMOMENTUM"),
        (128,), start={"f64": 1e-6, "f32": 2e-2}, after=ORDER, has_history=True,
        fewer={EAGER: 80, COMPILE: 80, JIT: 80}),
    *(Case("mixture", f"Gaussian mixture, n = 1000, d = {d}, K = {K}", steps, "< PyTorch, < JAX jit", (d, K), threads=(1, 2))
      for d, K, steps in ((2, 5, 500), (10, 25, 30), (20, 25, 20))),
    Case("lstm", "LSTM, 100 steps, 64 units, batch 16", 20, "≤ 0.33 × PyTorch, ≤ 1 × JAX loop", (), ("f32", "f64")),
    Case("hessian", "Hessian of 50 parameters", 50, "< PyTorch, < JAX"),
    Case("hvp", "Hessian product, 64-128-10", 200, "< PyTorch, < JAX"),
    Case("convolution", "two convolutions, 28 × 28, batch 64", 20, "≤ 1 × PyTorch", (), ("f32", "f64"), (1, 2)),
    Case(
        "chain", "10 elementwise operations, 10⁷ numbers", 10, "≥ 70 % of STREAM", (), ("f32", "f64"), (1, 2), (EAGER, COMPILE, JIT, C),
        ("chain.c",), start={"f64": 1e-6, "f32": 1e-4}, after={"f64": 1e-6, "f32": 1e-4}),
]
