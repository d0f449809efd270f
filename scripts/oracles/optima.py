"""The lowest loss of softmax regression with an L2 penalty, by scikit-learn's L-BFGS, on the data sets of the lessons.

    pip install scikit-learn
    python3 scripts/oracles/optima.py

writes Tests/LanguageTests/Oracles/optima.txt: a line a case, `data set | penalty | loss | share told right`. The loss is the mean
cross-entropy of X W + b over all rows plus the penalty times the sum of W^2; the columns of X are standardized, those that are constant only
centred.
"""

import csv
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

ROOT = pathlib.Path(__file__).resolve().parents[2]


def rows(name):
    with open(ROOT / "docs/lessons/data" / name) as file:
        table = list(csv.reader(file))[1:]
    X = np.array([[float(v) for v in row[:-1]] for row in table])
    names = sorted({row[-1] for row in table})
    y = np.array([names.index(row[-1]) for row in table])
    std = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(std > 0, std, 1), y


def optimum(name, penalty):
    X, y = rows(name)
    model = LogisticRegression(C=1 / (2 * penalty * len(y)), tol=1e-12, max_iter=100000)
    model.fit(X, y)
    W, b = model.coef_.T, model.intercept_
    scores = X @ W + b
    top = scores.max(axis=1)
    log_total = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    loss = np.mean(log_total - scores[np.arange(len(y)), y]) + penalty * np.sum(W**2)
    return loss, np.mean(scores.argmax(axis=1) == y)


def main():
    lines = [f"# scikit-learn {sklearn.__version__}: scripts/oracles/optima.py"]
    for name, penalty in [("iris", 0.01), ("iris", 0.001), ("digits", 0.01), ("digits", 0.001)]:
        loss, share = optimum(name + ".csv", penalty)
        lines.append(f"{name} | {penalty!r} | {float(loss)!r} | {float(share)!r}")
    (ROOT / "Tests/LanguageTests/Oracles/optima.txt").write_text("\n".join(lines) + "\n")


main()
