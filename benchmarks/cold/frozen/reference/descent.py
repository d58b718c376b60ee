"""Ways downhill: gradient descent and its relatives, from a start and a gradient to a path.

All of them share one form, `f(df, x, alpha, …, iterations=100, epsilon=1e-8)`:

- df is the gradient: df(x) has the shape of x. It may be called more than once at a point.
- x, the start, is a float or an array of any shape. It is not changed.
- The result is the path: a list of points, the start first, then one for each step, so
  iterations + 1 at most. No point shares memory with another or with the start.
- Before each step: stop if max|df(x)| < epsilon. A start at a stationary point is a path of one.
- epsilon is the threshold for stopping and nothing else. The small constants in denominators are
  fixed, as each function states.

Below, g stands for df(x), and squares, roots and quotients of arrays are taken entry by entry.

References
----------
.. [1] hwdong, Anatomy of Deep Learning Principles, chapter 2, sections 2.2 and 2.3.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

# template: cut
# The markers of the template look like code; and x moves on through the loop, as it does in the
# formulas.
# ruff: noqa: ERA001, PLR1704
# template: end

Array = NDArray[np.float64]
Gradient = Callable[[Array], Array]


# template: cut
def _start(x: float | Array) -> list[Array]:
    """A path of one point, a float64 copy of x."""
    # The empty index makes a scalar of an array without axes and leaves the others alone.
    point: Array = np.array(x, dtype=np.float64)[()]
    return [point]


def _steps(
    df: Gradient, path: list[Array], iterations: int, epsilon: float
) -> Iterator[tuple[int, Array, Array]]:
    """Number of the step from 1 on, last point of the path, gradient there: until it is small."""
    for t in range(1, iterations + 1):
        x = path[-1]
        g = np.asarray(df(x), dtype=np.float64)
        if np.max(np.abs(g)) < epsilon:
            return
        yield t, x, g


# template: end


def gradient_descent(
    df: Gradient,
    x: float | Array,
    alpha: float = 0.01,
    iterations: int = 100,
    epsilon: float = 1e-8,
) -> list[Array]:
    """Plain gradient descent: x ← x - α g.

    Parameters
    ----------
    df : callable
        The gradient, df(x) of the shape of x.
    x : float or Array, any shape
        The start; not changed.
    alpha : float
        Learning rate.
    iterations : int
        Steps at most.
    epsilon : float
        Stop before a step when max|df(x)| < epsilon.

    Returns
    -------
    list of float or Array
        The path, start first, at most iterations + 1 independent points.

    References
    ----------
    .. [1] Book, section 2.2.

    Examples
    --------
    The cubic x³ - 3x² - 9x + 2 from 1:

    >>> path = gradient_descent(lambda x: 3 * x**2 - 6 * x - 9, 1.0, alpha=0.01, iterations=200)
    >>> [round(float(x), 4) for x in path[:3]], round(float(path[-1]), 6)
    ([1.0, 1.12, 1.2396], 3.0)
    """
    path = _start(x)
    for _, x, g in _steps(df, path, iterations, epsilon):
        path.append(x - alpha * g)
    return path


def gradient_descent_momentum(
    df: Gradient,
    x: float | Array,
    alpha: float = 0.01,
    gamma: float = 0.9,
    iterations: int = 100,
    epsilon: float = 1e-8,
) -> list[Array]:
    """Gradient descent with momentum: v ← γ v + α g,  x ← x - v,  v from 0.

    Parameters
    ----------
    df, x, alpha, iterations, epsilon
        As in `gradient_descent`.
    gamma : float
        What remains of the last step.

    Returns
    -------
    list of float or Array
        The path, as in `gradient_descent`.

    Notes
    -----
    Libraries also write v ← γ v + g, x ← x - α v, which is the same path while α is constant. An
    average, v ← γ v + (1 - γ) g, is another.

    References
    ----------
    .. [1] Book, section 2.3.1.

    Examples
    --------
    The first step is that of plain descent, the second goes further. On x²/2:

    >>> path = gradient_descent_momentum(lambda x: x, 1.0, alpha=0.1, gamma=0.5, iterations=2)
    >>> [round(float(x), 6) for x in path]
    [1.0, 0.9, 0.76]
    """
    path = _start(x)
    v = np.zeros_like(path[0])
    for _, x, g in _steps(df, path, iterations, epsilon):
        v = gamma * v + alpha * g
        path.append(x - v)
    return path


def gradient_descent_nesterov(
    df: Gradient,
    x: float | Array,
    alpha: float = 0.01,
    gamma: float = 0.9,
    iterations: int = 100,
    epsilon: float = 1e-8,
) -> list[Array]:
    """Gradient descent with Nesterov's momentum: v ← γ v + α df(x - γ v),  x ← x - v,  v from 0.

    The gradient of the step is taken where the momentum alone would lead. Whether to stop is still
    decided by df(x).

    Parameters
    ----------
    df, x, alpha, iterations, epsilon
        As in `gradient_descent`.
    gamma : float
        What remains of the last step.

    Returns
    -------
    list of float or Array
        The path, as in `gradient_descent`.

    Notes
    -----
    Torch and optax move x ← x - α (g + γ v), with the gradient at x: their points are the
    look-ahead ones of this rule. The optimizer `Nesterov` of this homework does as they do.

    References
    ----------
    .. [1] Book, section 2.3, which names the method.

    Examples
    --------
    On x²/2:

    >>> path = gradient_descent_nesterov(lambda x: x, 1.0, alpha=0.1, gamma=0.5, iterations=2)
    >>> [round(float(x), 6) for x in path]
    [1.0, 0.9, 0.765]
    """
    path = _start(x)
    v = np.zeros_like(path[0])
    for _, x, _ in _steps(df, path, iterations, epsilon):
        v = gamma * v + alpha * np.asarray(df(x - gamma * v), dtype=np.float64)
        path.append(x - v)
    return path


def gradient_descent_adagrad(
    df: Gradient,
    x: float | Array,
    alpha: float = 0.01,
    iterations: int = 100,
    epsilon: float = 1e-8,
) -> list[Array]:
    """Adagrad: G ← G + g²,  x ← x - α g / (√G + 1e-8),  G from 0.

    Parameters
    ----------
    df, x, alpha, iterations, epsilon
        As in `gradient_descent`; the 1e-8 of the rule is not `epsilon`.

    Returns
    -------
    list of float or Array
        The path, as in `gradient_descent`.

    Notes
    -----
    G starts at 0, as the book's text says and torch does. The book's program starts it at 1,
    Keras and optax at 0.1.

    References
    ----------
    .. [1] Book, section 2.3.2.

    Examples
    --------
    The first step has the size α in every direction, however steep:

    >>> path = gradient_descent_adagrad(lambda x: x, np.array([50.0, -2.0]), 0.1, iterations=1)
    >>> path[1].round(6).tolist()
    [49.9, -1.9]
    """
    path = _start(x)
    G = np.zeros_like(path[0])
    for _, x, g in _steps(df, path, iterations, epsilon):
        G = G + g**2
        path.append(x - alpha * g / (np.sqrt(G) + 1e-8))
    return path


def gradient_descent_adadelta(
    df: Gradient,
    x: float | Array,
    alpha: float = 1.0,
    rho: float = 0.9,
    iterations: int = 100,
    epsilon: float = 1e-8,
) -> list[Array]:
    """Adadelta: steps as large as the recent steps, relative to the recent gradients.

    E ← ρ E + (1 - ρ) g²,  δ = √(U + 1e-6) / √(E + 1e-6) · g,  x ← x - α δ,
    U ← ρ U + (1 - ρ) δ²,  E and U from 0

    Parameters
    ----------
    df, x, iterations, epsilon
        As in `gradient_descent`; the 1e-6 of the rule is not `epsilon`.
    alpha : float
        Factor of each step. Note the default of 1.
    rho : float
        Decay of both averages.

    Returns
    -------
    list of float or Array
        The path, as in `gradient_descent`.

    Notes
    -----
    U averages the update δ before α multiplies it. Both averages start at 0, as the book's text
    says and torch does; the book's program starts both at 1, with 1e-8 inside the roots.

    References
    ----------
    .. [1] Book, section 2.3.3.

    Examples
    --------
    It starts slowly, with √(1e-6 / (1 - ρ)):

    >>> path = gradient_descent_adadelta(lambda x: x, np.array([50.0, -2.0]), iterations=1)
    >>> (path[0] - path[1]).round(6).tolist()
    [0.003162, -0.003162]
    """
    path = _start(x)
    E = np.zeros_like(path[0])
    U = np.zeros_like(path[0])
    for _, x, g in _steps(df, path, iterations, epsilon):
        E = rho * E + (1.0 - rho) * g**2
        delta = np.sqrt((U + 1e-6) / (E + 1e-6)) * g
        path.append(x - alpha * delta)
        U = rho * U + (1.0 - rho) * delta**2
    return path


def gradient_descent_rmsprop(
    df: Gradient,
    x: float | Array,
    alpha: float = 0.01,
    beta: float = 0.9,
    iterations: int = 100,
    epsilon: float = 1e-8,
) -> list[Array]:
    """RMSprop: v ← β v + (1 - β) g²,  x ← x - α g / (√v + 1e-8),  v from 0.

    Parameters
    ----------
    df, x, alpha, iterations, epsilon
        As in `gradient_descent`; the 1e-8 of the rule is not `epsilon`.
    beta : float
        Decay of the average of squares.

    Returns
    -------
    list of float or Array
        The path, as in `gradient_descent`.

    Notes
    -----
    v starts at 0, as in torch, Keras and optax (torch decays by 0.99); the book's program starts
    it at 1. The book's result after 900,000 steps on Beale's function needs β = 0.99999999999,
    eleven nines, where its text prints ten.

    References
    ----------
    .. [1] Book, section 2.3.4.

    Examples
    --------
    The first step is α / √(1 - β) in every direction, here 0.2:

    >>> start = np.array([50.0, -2.0])
    >>> path = gradient_descent_rmsprop(lambda x: x, start, alpha=0.1, beta=0.75, iterations=1)
    >>> path[1].round(6).tolist()
    [49.8, -1.8]
    """
    path = _start(x)
    v = np.zeros_like(path[0])
    for _, x, g in _steps(df, path, iterations, epsilon):
        v = beta * v + (1.0 - beta) * g**2
        path.append(x - alpha * g / (np.sqrt(v) + 1e-8))
    return path


def gradient_descent_adam(
    df: Gradient,
    x: float | Array,
    alpha: float = 0.01,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    iterations: int = 100,
    epsilon: float = 1e-8,
) -> list[Array]:
    """Adam: averages of gradients and of their squares, corrected for their start at 0.

    m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,
    x ← x - α m̂ / (√v̂ + 1e-8)  with  m̂ = m / (1 - β₁ᵗ),  v̂ = v / (1 - β₂ᵗ),  t = 1, 2, …

    Parameters
    ----------
    df, x, alpha, iterations, epsilon
        As in `gradient_descent`; the 1e-8 of the rule is not `epsilon`.
    beta_1 : float
        Decay of the average of gradients.
    beta_2 : float
        Decay of the average of squares.

    Returns
    -------
    list of float or Array
        The path, as in `gradient_descent`.

    Notes
    -----
    The first correction has the power 1. The book's program increments t twice, so that its first
    one has the power 2. The 1e-8 is added outside the root, after the correction; Keras adds it to
    the uncorrected root.

    References
    ----------
    .. [1] Book, section 2.3.5.

    Examples
    --------
    The first step has the size α in every direction:

    >>> path = gradient_descent_adam(lambda x: x, np.array([50.0, -2.0]), 0.1, iterations=1)
    >>> path[1].round(6).tolist()
    [49.9, -1.9]
    """
    path = _start(x)
    m = np.zeros_like(path[0])
    v = np.zeros_like(path[0])
    for t, x, g in _steps(df, path, iterations, epsilon):
        m = beta_1 * m + (1.0 - beta_1) * g
        v = beta_2 * v + (1.0 - beta_2) * g**2
        m_hat = m / (1.0 - beta_1**t)
        v_hat = v / (1.0 - beta_2**t)
        path.append(x - alpha * m_hat / (np.sqrt(v_hat) + 1e-8))
    return path
