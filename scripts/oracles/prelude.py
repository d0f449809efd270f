#!/usr/bin/env python3
"""Writes Tests/LanguageTests/Oracles/prelude.txt: what PyTorch gives for functions of the prelude, with gradients.

A line is an expression of Grad, " | ", and the numbers of its value in row-major order. Made with torch 2.13 in f64.
"""
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
lines = []


def text(value):
    """A tensor as Grad writes it."""
    return str(torch.as_tensor(value).tolist())


def record(expression, value):
    numbers = torch.as_tensor(value).detach().reshape(-1).tolist()
    lines.append(f"{expression} | {' '.join(repr(float(number)) for number in numbers)}")


def case(call, function, *operands, weights=None):
    """The value of `call`, in which {0}, {1} … stand for the operands, and its gradient by the first."""
    tensors = [torch.as_tensor(operand) for operand in operands]
    x = tensors[0].clone().requires_grad_()
    y = function(x, *tensors[1:])
    texts = [text(tensor) for tensor in tensors]
    record(call.format(*texts), y)
    inner = call.format("x", *texts[1:])
    if y.ndim == 0:
        (gradient,) = torch.autograd.grad(y, x)
        record(f"grad(x -> {inner})({texts[0]})", gradient)
    else:
        w = torch.linspace(0.5, 2, y.numel()).reshape(y.shape)
        (gradient,) = torch.autograd.grad((y * w).sum(), x)
        record(f"grad(x -> sum({inner} * {text(w)}))({texts[0]})", gradient)


# F.hardsigmoid takes 1 / 6 in single precision in its derivative, so it is written out here.
x = [-30.0, -2.5, -1.2, -0.3, 0.4, 1.7, 4.0, 40.0]
for name, function in {
    "leaky_relu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "celu": F.celu, "softsign": F.softsign, "mish": F.mish,
    "log_sigmoid": F.logsigmoid, "relu6": F.relu6, "hard_sigmoid": lambda x: F.relu6(x + 3) / 6, "hard_tanh": F.hardtanh,
    "hard_swish": F.hardswish, "glu": F.glu,
}.items():
    case(name + "({0})", function, x)
# At 0, where some of them have a kink.
for name, function in {"leaky_relu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "celu": F.celu, "softsign": F.softsign}.items():
    case(name + "({0})", function, [0.0])
case("leaky_relu({0}, slope: 0.2)", lambda x: F.leaky_relu(x, 0.2), x)
case("elu({0}, alpha: 2.5)", lambda x: F.elu(x, 2.5), x)
case("celu({0}, alpha: 2.5)", lambda x: F.celu(x, 2.5), x)

a, b = [[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]], [[0.5, 1.0, 0.5], [-2.0, 0.75, -1.5]]
case("mse({0}, {1})", F.mse_loss, a, b)
case("mae({0}, {1})", F.l1_loss, [[1.0, -2.0], [3.0, 0.25]], [[0.5, 1.0], [-2.0, 0.75]])
case("huber({0}, {1})", F.huber_loss, a, b)
case("huber({0}, {1}, delta: 2)", lambda a, b: F.huber_loss(a, b, delta=2.0), a, b)

logits = [[1.0, -2.0, 0.5], [300.0, 0.25, -1.0]]
targets = torch.tensor([2, 1])
record(f"cross_entropy({text(logits)}, [2, 1])", F.cross_entropy(torch.tensor(logits), targets))
case("cross_entropy({0}, [2, 1])", lambda z: F.cross_entropy(z, targets), logits)
case("cross_entropy({0}, {1})", F.cross_entropy, logits, [[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]])
case("cross_entropy({0}, 1)", lambda z: F.cross_entropy(z, torch.tensor(1)), [0.1, 2.0, -1.0])
case("nll({0}, [2, 1])", lambda z: F.nll_loss(z, targets), logits)
case("binary_cross_entropy({0}, {1})", F.binary_cross_entropy_with_logits, [-800.0, -2.0, 0.3, 5.0, 800.0], [1.0, 0.0, 0.25, 1.0, 0.5])
case("kl_divergence({1}, {0})", lambda q, p: F.kl_div(q.log(), p, reduction="batchmean"), [[0.2, 0.8], [0.5, 0.5]], [[0.3, 0.7], [1.0, 0.0]])

case("layer_norm({0}, {1}, {2})", lambda x, g, s: F.layer_norm(x, (3,), g, s), a, [1.0, 2.0, 0.5], [0.1, 0.2, 0.3])
case("attention({0}, {1}, {2})", lambda q, k, v: F.scaled_dot_product_attention(q[None], k[None], v[None])[0], a, b, [[1.0, 2.0], [3.0, 5.0]])
cell = torch.nn.LSTMCell(2, 2)
w, u = torch.linspace(-1, 1, 16).reshape(2, 8), torch.linspace(0.7, -0.4, 16).reshape(2, 8)
bias = torch.linspace(-0.2, 0.3, 8)
with torch.no_grad():
    cell.weight_ih.copy_(w.T), cell.weight_hh.copy_(u.T), cell.bias_ih.copy_(bias), cell.bias_hh.zero_()
h, c = torch.tensor([[0.3, -0.2]]), torch.tensor([[0.1, 0.4]])
parameters = f"{{{{w: {text(w)}, u: {text(u)}, b: {text(bias)}}}}}"
for index, name in enumerate("hc"):
    case(f"lstm_cell({parameters}, {{0}}, {{{{h: {{1}}, c: {{2}}}}}}).{name}", lambda x, h, c: cell(x, (h, c))[index], [[0.5, -1.5]], h, c)

case("cov({0})", torch.cov, a)
case("cov({0}, ddof: 0)", lambda x: torch.cov(x, correction=0), a)
case("corrcoef({0})", torch.corrcoef, a)
for q in (0.0, 0.3, 0.5, 1.0):
    case(f"quantile({{0}}, {q})", lambda x: torch.quantile(x, q), [3.0, 1.0, 2.5, 7.0, -1.0])
case("normalize({0})", lambda x: F.normalize(x, dim=-1), a)
case("cosine_similarity({0}, {1})", lambda a, b: F.cosine_similarity(a, b, dim=-1), a, b)

positive = [0.2, 1.0, 3.5]
case("log2({0})", torch.log2, positive)
case("log10({0})", torch.log10, positive)
case("hypot({0}, {1})", torch.hypot, positive, [1.0, -2.0, 0.5])
case("logit({0})", torch.logit, [0.1, 0.5, 0.99])
case("lerp({0}, {1}, 0.3)", lambda a, b: torch.lerp(a, b, 0.3), positive, [1.0, -2.0, 0.5])
case("diff({0})", torch.diff, positive)
case("trapezoid({0}, {1})", torch.trapezoid, positive, [0.0, 0.5, 2.0])

target = pathlib.Path(__file__).resolve().parents[2] / "Tests/LanguageTests/Oracles/prelude.txt"
target.parent.mkdir(exist_ok=True)
target.write_text("".join(line + "\n" for line in lines))
