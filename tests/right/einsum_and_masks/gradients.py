import numpy as np


def eval_numerical_gradient(f, x, h=1e-5):
    f0 = f(x.copy())
    steps = h * np.eye(x.size).reshape((x.size,) + x.shape)
    return np.array([(f(x + step) - f0) / h for step in steps]).reshape(x.shape)


def numerical_gradient(f, params, eps=1e-6):
    def moved(p, k, by):
        kept = p.copy()
        p.reshape(-1)[k] += by
        value = f()
        p[...] = kept
        return value

    return [
        np.array(
            [(moved(p, k, eps) - moved(p, k, -eps)) / (2 * eps) for k in range(p.size)]
        ).reshape(p.shape)
        for p in params
    ]


def relative_error(a, b):
    return (np.abs(a - b) / np.clip(np.abs(a) + np.abs(b), 1e-8, None)).max()


def check_gradient(f, df, x, tolerance=1e-6):
    num = numerical_gradient(lambda: f(x), [x], 1e-5)[0]
    ours = df(x)
    return np.linalg.norm(ours.ravel() - num.ravel()) <= tolerance * (
        np.linalg.norm(ours.ravel()) + np.linalg.norm(num.ravel())
    )
