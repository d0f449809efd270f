import time
import jax
import jax.numpy as jnp
jax.config.update("jax_enable_x64", True)
n = 128
X = jnp.sin(jnp.arange(n * 64.0).reshape(n, 64))
y = jnp.cos(jnp.arange(n * 10.0).reshape(n, 10))
def loss(p):
    return jnp.mean((jnp.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"] - y) ** 2)
@jax.jit
def update(p):
    return jax.tree.map(lambda q, g: q - 0.1 * g, p, jax.grad(loss)(p))
def run(turns):
    p = {
        "W1": jnp.sin(3 * jnp.arange(64 * 128.0).reshape(64, 128)) / 8, "b1": jnp.zeros(128),
        "W2": jnp.sin(5 * jnp.arange(128 * 10.0).reshape(128, 10)) / 11, "b2": jnp.zeros(10)}
    for _ in range(turns):
        p = update(p)
    return float(loss(p))
run(20)
start = time.perf_counter()
result = run(200)
print("seconds", time.perf_counter() - start)
print(result)
