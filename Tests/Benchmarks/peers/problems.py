"""The problems of the benchmark, each as in the Grad program of its name: data and parameters by formula, a loss, and what is repeated."""

import numpy as np


def wave(function, factor, shape, scale=1.0):
    return function(factor * np.arange(float(np.prod(shape)))).reshape(shape) * scale


class Descent:
    """Plain gradient descent on all the data unless a problem says otherwise."""
    rule, rate, batch, data = "sgd", 0.01, None, {}


class OneNumber(Descent):
    rate = 0.0001

    def __init__(self): self.start = {"w": np.array(0.0)}
    def loss(self, lib, p): return (p["w"] - 3) ** 2


class Rosenbrock(Descent):
    rule, rate = "adam", 0.001

    def __init__(self, d): self.start = {"x": np.sin(np.arange(float(d)))}

    def loss(self, lib, p):
        x = p["x"]
        return lib.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


class Digits(Descent):
    rule, rate = "adam", 0.001

    def __init__(self, H, batch):
        self.batch = batch
        self.data = {"X": wave(np.sin, 1, (1792, 64)), "y": (np.arange(1792) // 7) % 10}
        self.start = {
            "W1": wave(np.sin, 3, (64, H), 1 / 8), "b1": np.zeros(H), "W2": wave(np.sin, 5, (H, 10), 1 / 8), "b2": np.zeros(10)}

    def loss(self, lib, p, X, y): return lib.cross_entropy(lib.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"], y)


class Images(Descent):
    rule, rate, batch = "momentum", 0.001, 128

    def __init__(self):
        self.data = {"X": wave(np.sin, 1, (1024, 784)), "y": (np.arange(1024) // 7) % 10}
        self.start = {
            "W1": wave(np.sin, 3, (784, 512), 1 / 28), "b1": np.zeros(512), "W2": wave(np.sin, 5, (512, 256), 1 / 22),
            "b2": np.zeros(256), "W3": wave(np.sin, 7, (256, 10), 1 / 16), "b3": np.zeros(10)}

    def loss(self, lib, p, X, y):
        a = lib.relu(X @ p["W1"] + p["b1"])
        return lib.cross_entropy(lib.relu(a @ p["W2"] + p["b2"]) @ p["W3"] + p["b3"], y)


class Mixture(Descent):
    rate = -0.001  # upwards

    def __init__(self, d, K):
        self.data = {"X": wave(np.sin, 1, (1000, d)), "lower": np.tril(np.ones((d, d)), -1), "eye": np.eye(d)}
        self.start = {
            "α": np.cos(np.arange(float(K))), "μ": wave(np.cos, 3, (K, d)), "s": wave(np.sin, 5, (K, d), 1 / 4),
            "L": wave(np.sin, 7, (K, d, d), 1 / 4)}

    def loss(self, lib, p, X, lower, eye):
        Q = p["L"] * lower + lib.exp(p["s"])[:, :, None] * eye
        z = (X[None] - p["μ"][:, None]) @ lib.swap(Q)
        inner = (p["α"] + lib.sum(p["s"], 1))[:, None] - 0.5 * lib.sum(z ** 2, 2)
        return lib.mean(lib.logsumexp(inner, 0)) - lib.logsumexp(p["α"], 0)


class LSTM(Descent):
    def __init__(self):
        self.data = {"X": wave(np.sin, 1, (100, 16, 8)), "y": wave(np.cos, 1, (16, 64))}
        self.start = {"w": wave(np.sin, 3, (8, 256), 1 / 8), "u": wave(np.sin, 5, (64, 256), 1 / 8), "b": np.zeros(256)}

    def cell(self, lib, p, x, h, c):
        i, f, g, o = lib.split(x @ p["w"] + h @ p["u"] + p["b"], 4)
        c = lib.sigmoid(f) * c + lib.sigmoid(i) * lib.tanh(g)
        return lib.sigmoid(o) * lib.tanh(c), c

    def loss(self, lib, p, X, y):
        h = c = y * 0
        if hasattr(lib, "jax"):  # unrolled, a hundred cells take XLA minutes to compile
            def turn(state, x): return self.cell(lib, p, x, *state), None
            (h, c), _ = lib.jax.lax.scan(turn, (h, c), X)
        else:
            for t in range(100):
                h, c = self.cell(lib, p, X[t], h, c)
        return lib.mean((h - y) ** 2)


class Convolution(Descent):
    def __init__(self):
        self.data = {"X": wave(np.sin, 1, (64, 1, 28, 28)), "y": np.arange(64) % 10}
        self.start = {
            "k1": wave(np.sin, 3, (8, 1, 5, 5), 1 / 5), "k2": wave(np.sin, 5, (16, 8, 5, 5), 1 / 14),
            "W": wave(np.sin, 7, (256, 10), 1 / 16)}

    def loss(self, lib, p, X, y):
        a = lib.max_pool2d(lib.relu(lib.conv2d(X, p["k1"])))
        b = lib.max_pool2d(lib.relu(lib.conv2d(a, p["k2"])))
        return lib.cross_entropy(lib.reshape(b, (64, 256)) @ p["W"], y)


class Hessian:
    """v - 0.01 H(v) v, again and again."""
    def __init__(self):
        self.data = {"X": wave(np.sin, 1, (500, 50)), "y": np.arange(500.0) % 2}
        self.start = {"w": np.cos(np.arange(50.0))}

    def loss(self, lib, p, X, y):
        scores = X @ p["w"]
        return lib.mean(lib.softplus(scores) - y * scores) + 0.01 * lib.sum(p["w"] ** 2)

    def turn(self, lib, p, data):
        w = p["w"]
        f = lambda w: self.loss(lib, {"w": w}, **data)
        H = lib.torch.func.hessian(f)(w) if hasattr(lib, "torch") else lib.jax.hessian(f)(w)
        return {"w": w - 0.01 * (H @ w)}

    def result(self, lib, p, data): return self.loss(lib, p, **data)


class HessianProduct:
    """v - 0.01 H v, again and again, with H at the start."""
    def __init__(self):
        self.data = {"X": wave(np.sin, 1, (128, 64)), "y": wave(np.cos, 1, (128, 10))}
        self.start = {
            "W1": wave(np.sin, 3, (64, 128), 1 / 8), "b1": np.zeros(128), "W2": wave(np.sin, 5, (128, 10), 1 / 8), "b2": np.zeros(10)}

    def loss(self, lib, p, X, y): return lib.mean((lib.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"] - y) ** 2)

    def turn(self, lib, v, data):
        p = {name: lib.array(x) for name, x in self.start.items()}
        gradient = lambda q: (lib.torch.func if hasattr(lib, "torch") else lib.jax).grad(lambda q: self.loss(lib, q, **data))(q)
        jvp = lib.torch.func.jvp if hasattr(lib, "torch") else lib.jax.jvp
        _, product = jvp(gradient, (p,), (v,))
        return {name: v[name] - 0.01 * product[name] for name in v}

    def result(self, lib, v, data): return sum(lib.sum(x ** 2) for x in v.values()) ** 0.5


class Chain:
    """A function of many numbers, again and again."""
    def __init__(self):
        self.data = {"x": np.linspace(0, 1, 10000000)}
        self.start = {}

    def value(self, lib, x): return lib.sum((((((2 * x + 1) * x - 3) * x + 5) ** 2) * x - 1) * 0.5)


PROBLEMS = {
    "descent": OneNumber, "descent_train": OneNumber, "rosenbrock": Rosenbrock, "digits": Digits, "images": Images, "mixture": Mixture,
    "lstm": LSTM, "convolution": Convolution, "hessian": Hessian, "hvp": HessianProduct, "chain": Chain,
}
