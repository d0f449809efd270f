import time
import torch
torch.set_num_threads(1)
def run(turns):
    w = torch.zeros((), dtype=torch.float64, requires_grad=True)
    for _ in range(turns):
        gradient, = torch.autograd.grad((w - 3) ** 2, w)
        with torch.no_grad():
            w -= 0.0001 * gradient
    return w.item()
run(1000)
start = time.perf_counter()
result = run(50000)
print("seconds", time.perf_counter() - start)
print(result)
