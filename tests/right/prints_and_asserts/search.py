import numpy as np

print("search is being imported")


def predict(W, X):
    assert X.ndim == 2 and W.ndim == 2
    scores = np.dot(X, W)
    assert scores.shape == (len(X), W.shape[1])
    return np.argmax(scores, 1)


def accuracy(W, X, y):
    hits = np.mean(predict(W, X) == y)
    print("accuracy: %.1f%%" % (100 * hits))
    return hits


def random_search(loss, shape, tries, scale, rng):
    bestloss = float("inf")
    losses = []
    for num in range(tries):
        W = rng.standard_normal(shape) * scale
        current = loss(W)
        losses.append(current)
        if current < bestloss:
            bestloss = current
            bestW = W
        print("in attempt %d the loss was %f, best %f" % (num, current, bestloss))
    return bestW, bestloss, losses
