import numpy as np


def predict(W, X):
    classes = []
    for x in X:
        scores = x @ W
        best = 0
        for j in range(1, len(scores)):
            if scores[j] > scores[best]:
                best = j
        classes.append(best)
    return np.array(classes)


def accuracy(W, X, y):
    right = 0
    for guess, label in zip(predict(W, X), y):
        if guess == label:
            right += 1
    return right / len(y)


def random_search(loss, shape, tries, scale, rng):
    best_W, best_loss, losses = None, float("inf"), []
    for _ in range(tries):
        W = rng.standard_normal(shape) * scale
        L = loss(W)
        losses.append(L)
        if L < best_loss:
            best_W, best_loss = W, L
    return best_W, best_loss, losses
