import numpy as np

unit = lambda x, k: np.eye(1, x.size, k).reshape(x.shape)

eval_numerical_gradient = lambda f, x, h=1e-5: np.reshape(
    [(f(x + h * unit(x, k)) - f(x)) / h for k in range(x.size)], x.shape
)


def numerical_gradient(f, params, eps=1e-6):
    def slope(p, index):
        kept, values = p[index], []
        for sign in (1, -1):
            p[index] = kept + sign * eps
            values.append(f())
        p[index] = kept
        return (values[0] - values[1]) / eps / 2

    return [
        np.array([slope(p, i) for i in np.ndindex(*p.shape)]).reshape(p.shape) for p in params
    ]


relative_error = lambda a, b: np.max(abs(a - b) / np.maximum(1e-8, abs(a) + abs(b)))


def check_gradient(f, df, x, tolerance=1e-6):
    norm = lambda v: np.sqrt((v * v).sum())
    num = sum(
        (f(x + 1e-5 * unit(x, k)) - f(x - 1e-5 * unit(x, k))) / 2e-5 * unit(x, k)
        for k in range(x.size)
    )
    g = df(x)
    return bool(norm(g - num) <= tolerance * (norm(g) + norm(num)))
