"""PyTorch and JAX under one set of names, so that a loss is written once for both."""

import numpy as np


class Torch:
    def __init__(self, dtype, threads):
        import torch
        torch.set_num_threads(threads)
        self.torch = torch
        self.dtype = torch.float32 if dtype == "f32" else torch.float64
        self.tanh, self.exp, self.log, self.sigmoid, self.relu = torch.tanh, torch.exp, torch.log, torch.sigmoid, torch.relu
        self.softplus = torch.nn.functional.softplus

    def array(self, x):
        x = np.asarray(x)
        return self.torch.tensor(x, dtype=self.torch.int64 if x.dtype.kind == "i" else self.dtype)

    def sum(self, x, axis=None): return x.sum() if axis is None else x.sum(axis)
    def mean(self, x): return x.mean()
    def logsumexp(self, x, axis): return self.torch.logsumexp(x, axis)
    def split(self, x, parts): return self.torch.chunk(x, parts, -1)
    def cross_entropy(self, scores, y): return self.torch.nn.functional.cross_entropy(scores, y)
    def conv2d(self, x, k): return self.torch.nn.functional.conv2d(x, k)
    def max_pool2d(self, x): return self.torch.nn.functional.max_pool2d(x, 2)
    def reshape(self, x, shape): return x.reshape(shape)
    def swap(self, x): return x.transpose(-1, -2)


class Jax:
    def __init__(self, dtype, threads):
        import jax
        jax.config.update("jax_enable_x64", True)
        import jax.numpy as jnp
        self.jax, self.jnp = jax, jnp
        self.dtype = jnp.float32 if dtype == "f32" else jnp.float64
        self.tanh, self.exp, self.log = jnp.tanh, jnp.exp, jnp.log
        self.sigmoid, self.relu, self.softplus = jax.nn.sigmoid, jax.nn.relu, jax.nn.softplus

    def array(self, x):
        x = np.asarray(x)
        return self.jnp.asarray(x, dtype=self.jnp.int32 if x.dtype.kind == "i" else self.dtype)

    def sum(self, x, axis=None): return self.jnp.sum(x, axis=axis)
    def mean(self, x): return self.jnp.mean(x)
    def logsumexp(self, x, axis): return self.jax.scipy.special.logsumexp(x, axis=axis)
    def split(self, x, parts): return self.jnp.split(x, parts, axis=-1)

    def cross_entropy(self, scores, y):
        scores = self.jax.nn.log_softmax(scores)
        return -self.jnp.mean(self.jnp.take_along_axis(scores, y[:, None], axis=1))

    def conv2d(self, x, k): return self.jax.lax.conv(x, k, (1, 1), "VALID")

    def max_pool2d(self, x):
        return self.jax.lax.reduce_window(x, -self.jnp.inf, self.jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")

    def reshape(self, x, shape): return x.reshape(shape)
    def swap(self, x): return x.swapaxes(-1, -2)
