import time
import jax
jax.config.update("jax_enable_x64", True)
gradient = jax.jit(jax.grad(lambda w: (w - 3) ** 2))
def run(turns):
    w = 0.0
    for _ in range(turns):
        w = w - 0.0001 * float(gradient(w))
    return w
run(1000)
start = time.perf_counter()
result = run(50000)
print("seconds", time.perf_counter() - start)
print(result)
