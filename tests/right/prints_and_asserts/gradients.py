"""Says what it does, and makes sure of it."""

import numpy as np

DEBUG = True


def log(*words):
    if DEBUG:
        print("[gradients]", *words)


def relative_error(a, b):
    assert np.shape(a) == np.shape(b), "shapes differ"
    error = np.max(np.abs(a - b) / (np.maximum(1e-8, np.abs(a) + np.abs(b))))
    log("relative error", error)
    return error


def check_gradient(f, df, x, tolerance=1e-6):
    point, step = np.array(x, dtype=float), 1e-5
    analytic = np.array(df(point.copy()), dtype=float)
    assert analytic.shape == point.shape
    numeric = np.empty_like(analytic)
    for index, _ in np.ndenumerate(point):
        right, left = point.copy(), point.copy()
        right[index] += step
        left[index] -= step
        numeric[index] = (f(right) - f(left)) / (2 * step)
        log(index, analytic[index], numeric[index])
    distance = np.sum((analytic - numeric) ** 2) ** 0.5
    sizes = np.sum(analytic**2) ** 0.5 + np.sum(numeric**2) ** 0.5
    ok = bool(distance <= tolerance * sizes)
    print("gradient check", "passed" if ok else "FAILED")
    return ok


if __name__ == "__main__":
    print(check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, np.ones(3)))
