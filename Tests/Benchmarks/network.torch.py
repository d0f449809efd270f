import time
import torch
torch.set_num_threads(1)
f64 = torch.float64
n = 128
X = torch.sin(torch.arange(n * 64, dtype=f64).reshape(n, 64))
y = torch.cos(torch.arange(n * 10, dtype=f64).reshape(n, 10))
def loss(p):
    W1, b1, W2, b2 = p
    return (((X @ W1 + b1).tanh() @ W2 + b2 - y) ** 2).mean()
def run(turns):
    p = [
        torch.sin(3 * torch.arange(64 * 128, dtype=f64).reshape(64, 128)) / 8, torch.zeros(128, dtype=f64),
        torch.sin(5 * torch.arange(128 * 10, dtype=f64).reshape(128, 10)) / 11, torch.zeros(10, dtype=f64)]
    for q in p:
        q.requires_grad_()
    for _ in range(turns):
        gradients = torch.autograd.grad(loss(p), p)
        with torch.no_grad():
            for q, g in zip(p, gradients):
                q -= 0.1 * g
    return loss(p).item()
run(20)
start = time.perf_counter()
result = run(200)
print("seconds", time.perf_counter() - start)
print(result)
