import numpy as np

predict = lambda W, X: np.argmax(np.dot(X, W), axis=-1)
accuracy = lambda W, X, y: 1 - np.mean(predict(W, X) != y)


def random_search(loss, shape, tries, scale, rng):
    tried = [(w := scale * rng.standard_normal(shape), loss(w)) for _ in range(tries)]
    best = min(tried, key=lambda pair: pair[1])
    return (*best, [value for _, value in tried])
