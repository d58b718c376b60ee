"""Python's own numbers, added up exactly; arrays only at the end."""

import math

import numpy as np


def linear_scores(W, X, b):
    columns = W.T.tolist()
    return np.array(
        [
            [math.fsum([p * q for p, q in zip(row, column)] + [shift]) for column, shift in zip(columns, b.tolist())]
            for row in X.tolist()
        ]
    )


def append_bias(X):
    return np.array([[*row, 1.0] for row in X.tolist()])


def svm_loss_single(x, y, W):
    scores = [math.fsum(w * v for w, v in zip(row, x.tolist())) for row in W.tolist()]
    return math.fsum(max(0.0, s - scores[y] + 1.0) for j, s in enumerate(scores) if j != y)


def softmax(scores):
    rows = []
    for row in scores.tolist():
        top = max(row)
        powers = [math.exp(s - top) for s in row]
        total = math.fsum(powers)
        rows.append([p / total for p in powers])
    return np.array(rows)


def softmax_loss_naive(W, X, y, reg):
    terms, slopes = [], [[0.0] * W.shape[1] for _ in range(W.shape[0])]
    for row, label in zip(X.tolist(), y.tolist()):
        scores = [math.fsum(a * b for a, b in zip(row, column)) for column in W.T.tolist()]
        top = max(scores)
        total = math.fsum(math.exp(s - top) for s in scores)
        terms.append(top + math.log(total) - scores[label])
        for c, s in enumerate(scores):
            error = math.exp(s - top) / total - (c == label)
            for d, v in enumerate(row):
                slopes[d][c] += error * v / len(X)
    squares = math.fsum(w * w for w in W.ravel().tolist())
    return math.fsum(terms) / len(X) + reg * squares, np.array(slopes) + 2 * reg * W
