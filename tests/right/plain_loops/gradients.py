import numpy as np


def eval_numerical_gradient(f, x, h=1e-5):
    fx = f(x)
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + h
        fxh = f(x)
        x[ix] = old
        grad[ix] = (fxh - fx) / h
        it.iternext()
    return grad


def numerical_gradient(f, params, eps=1e-6):
    grads = []
    for p in params:
        g = np.zeros(p.shape)
        it = np.nditer(p, flags=["multi_index"])
        while not it.finished:
            i = it.multi_index
            old = p[i]
            p[i] = old + eps
            fp = f()
            p[i] = old - eps
            fm = f()
            p[i] = old
            g[i] = (fp - fm) / (2 * eps)
            it.iternext()
        grads.append(g)
    return grads


def relative_error(a, b):
    worst = 0.0
    for u, v in zip(a.ravel(), b.ravel()):
        worst = max(worst, abs(u - v) / max(1e-8, abs(u) + abs(v)))
    return worst


def check_gradient(f, df, x, tolerance=1e-6):
    h = 1e-5
    x = x.copy()
    grad = df(x)
    num = np.zeros(x.shape)
    for i in range(x.size):
        old = x.flat[i]
        x.flat[i] = old + h
        above = f(x)
        x.flat[i] = old - h
        below = f(x)
        x.flat[i] = old
        num.flat[i] = (above - below) / (2 * h)
    diff = np.sqrt(np.sum((grad - num) ** 2))
    return diff <= tolerance * (np.sqrt(np.sum(grad**2)) + np.sqrt(np.sum(num**2)))
