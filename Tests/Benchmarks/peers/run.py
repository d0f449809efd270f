"""One problem with one peer: `run.py PROBLEM PEER PRECISION THREADS STEPS ARGUMENTS…`, with the peers torch, compile, jit and loop.

Prints what a Grad program prints: `start` (loss and size of the gradient), `after` (the loss at the end) and `seconds`, which leave
out compiling: a few steps are made before the clock starts.
"""

import sys
import time

import libraries
import problems

REPEATS = 3


def main():
    name, peer, dtype, threads, steps, *arguments = sys.argv[1:]
    problem = problems.PROBLEMS[name](*map(int, arguments))
    steps = int(steps)
    lib = (libraries.Torch if peer in ("torch", "compile") else libraries.Jax)(dtype, int(threads))
    data = {key: lib.array(x) for key, x in problem.data.items()}
    if hasattr(problem, "value"):
        kind = Values
    elif hasattr(problem, "turn"):
        kind = Turns
    else:
        kind = TorchTraining if hasattr(lib, "torch") else JaxTraining
    trainer = kind(lib, problem, data, peer)
    print("start", *map(float, trainer.begin()))
    trainer.reset()
    trainer.run(trainer.warm_up if peer != "loop" else steps)
    for _ in range(REPEATS):
        trainer.reset()
        start = time.perf_counter()
        trainer.run(steps)
        print("seconds", time.perf_counter() - start)
    print("after", float(trainer.result()))


class TorchTraining:
    warm_up = 5

    def __init__(self, lib, problem, data, peer):
        self.lib, self.problem, self.data = lib, problem, data
        loss = lambda p, **data: problem.loss(lib, p, **data)
        self.loss = lib.torch.compile(loss) if peer == "compile" else loss
        self.reset()

    def reset(self):
        torch = self.lib.torch
        self.p = {name: self.lib.array(x).requires_grad_() for name, x in self.problem.start.items()}
        rule, rate = self.problem.rule, abs(self.problem.rate)
        self.optimizer = {
            "sgd": lambda: torch.optim.SGD(self.p.values(), lr=rate, maximize=self.problem.rate < 0),
            "momentum": lambda: torch.optim.SGD(self.p.values(), lr=rate, momentum=0.9),
            "adam": lambda: torch.optim.Adam(self.p.values(), lr=rate)}[rule]()

    def begin(self):
        loss = self.problem.loss(self.lib, self.p, **self.data)
        loss.backward()
        return loss, sum((q.grad ** 2).sum() for q in self.p.values()) ** 0.5

    def run(self, steps):
        torch, size = self.lib.torch, self.problem.batch
        rows = len(next(iter(self.data.values()))) if size else 0
        order, at = None, rows
        for _ in range(steps):
            batch = self.data
            if size:
                if at + size > rows:
                    order, at = torch.randperm(rows), 0
                places = order[at:at + size]
                batch = {name: x[places] for name, x in self.data.items()}
                at += size
            self.optimizer.zero_grad()
            self.loss(self.p, **batch).backward()
            self.optimizer.step()

    def result(self):
        if "w" in self.p and len(self.p) == 1 and self.p["w"].ndim == 0:
            return self.p["w"]
        return self.problem.loss(self.lib, self.p, **self.data)


class JaxTraining:
    warm_up = 5

    def __init__(self, lib, problem, data, peer):
        self.lib, self.problem, self.data, self.peer = lib, problem, data, peer
        self.value_and_grad = lib.jax.value_and_grad(lambda p, data: problem.loss(lib, p, **data))
        self.step = lib.jax.jit(self.one_step)
        self.loops = {}
        self.reset()

    def reset(self):
        tree, jnp = self.lib.jax.tree, self.lib.jnp
        p = {name: self.lib.array(x) for name, x in self.problem.start.items()}
        self.state = (p, tree.map(jnp.zeros_like, p), tree.map(jnp.zeros_like, p), self.lib.array(0.0))

    def begin(self):
        loss, gradient = self.lib.jax.jit(self.value_and_grad)(self.state[0], self.data)
        return loss, sum((g ** 2).sum() for g in gradient.values()) ** 0.5

    def one_step(self, state, data, places):
        tree, rate = self.lib.jax.tree, self.problem.rate
        p, m, v, t = state
        if places is not None:
            data = {name: x[places] for name, x in data.items()}
        _, g = self.value_and_grad(p, data)
        t = t + 1
        if self.problem.rule == "sgd":
            p = tree.map(lambda q, g: q - rate * g, p, g)
        elif self.problem.rule == "momentum":
            m = tree.map(lambda m, g: 0.9 * m + g, m, g)
            p = tree.map(lambda q, m: q - rate * m, p, m)
        else:
            m = tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            a, b = 1 - 0.9 ** t, (1 - 0.999 ** t) ** 0.5
            p = tree.map(lambda q, m, v: q - rate / a * m / ((v ** 0.5) / b + 1e-8), p, m, v)
        return p, m, v, t

    def places(self, steps):
        """Rows of each step, epoch by epoch."""
        import numpy as np
        size = self.problem.batch
        if not size:
            return None
        rows, random = len(next(iter(self.data.values()))), np.random.default_rng(0)
        per_epoch = rows // size
        epochs = [random.permutation(rows)[:per_epoch * size].reshape(per_epoch, size) for _ in range(-(-steps // per_epoch))]
        return self.lib.jnp.asarray(np.concatenate(epochs)[:steps], dtype="int32")

    def run(self, steps):
        jax = self.lib.jax
        places = self.places(steps)
        if self.peer == "loop":
            if steps not in self.loops:
                def loop(state, data, places):
                    return jax.lax.scan(lambda s, i: (self.one_step(s, data, i), None), state, places, length=steps)[0]
                self.loops[steps] = jax.jit(loop)
            self.state = self.loops[steps](self.state, self.data, places)
        else:
            for i in range(steps):
                self.state = self.step(self.state, self.data, None if places is None else places[i])
        jax.block_until_ready(self.state)

    def result(self):
        p = self.state[0]
        if "w" in p and len(p) == 1 and p["w"].ndim == 0:
            return p["w"]
        return self.problem.loss(self.lib, p, **self.data)


class Turns:
    """A problem that says itself what a step is."""
    warm_up = 3

    def __init__(self, lib, problem, data, peer):
        self.lib, self.problem, self.data, self.peer = lib, problem, data, peer
        turn = lambda p: problem.turn(lib, p, data)
        self.step = {
            "torch": lambda: turn, "compile": lambda: lib.torch.compile(turn), "jit": lambda: lib.jax.jit(turn),
            "loop": lambda: turn}[peer]()
        if peer == "loop":
            self.loop = lib.jax.jit(lambda p, n: lib.jax.lax.fori_loop(0, n, lambda i, p: turn(p), p))
        self.reset()

    def reset(self): self.p = {name: self.lib.array(x) for name, x in self.problem.start.items()}

    def begin(self):
        f = lambda p: self.problem.loss(self.lib, p, **self.data)
        gradient = (self.lib.torch.func if hasattr(self.lib, "torch") else self.lib.jax).grad(f)(self.p)
        return f(self.p), sum((g ** 2).sum() for g in gradient.values()) ** 0.5

    def run(self, steps):
        if self.peer == "loop":
            self.p = self.loop(self.p, steps)
        else:
            for _ in range(steps):
                self.p = self.step(self.p)
        if hasattr(self.lib, "jax"):
            self.lib.jax.block_until_ready(self.p)

    def result(self): return self.problem.result(self.lib, self.p, self.data)


class Values:
    """The value of a function, again and again."""
    warm_up = 2

    def __init__(self, lib, problem, data, peer):
        self.lib, self.data = lib, data
        f = lambda **data: problem.value(lib, **data)
        self.f = f if peer == "torch" else lib.torch.compile(f) if peer == "compile" else lib.jax.jit(f)

    def reset(self): self.total = 0.0
    def begin(self): return [self.f(**self.data)]

    def run(self, steps):
        self.total = sum(float(self.f(**self.data)) for _ in range(steps)) / steps

    def result(self): return self.total


main()
