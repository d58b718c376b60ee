import numpy as np

rng = np.random.default_rng(0)
X, y = rng.normal(size=(50, 3)), rng.integers(4, size=50)
best = 0.0
while best < 0.999:
    W = rng.normal(size=(3, 4))
    best = max(best, np.mean(np.argmax(X @ W, axis=1) == y))


def predict(W, X):
    return np.argmax(X @ W, axis=1)
