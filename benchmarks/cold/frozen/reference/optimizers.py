"""Rules that change parameters step by step, apart from the loop which calls them.

All of them share one form. `Rule(params, learning_rate, …)` keeps the caller's arrays, and
`step(grads)` changes them in place: the caller sees the new values in the arrays that were handed
in. Whatever a rule remembers belongs to one optimizer and one array, starts at 0 and has the shape
of the array. t counts the steps of the optimizer from 1, whatever the number of arrays. lr is the
learning rate, p an array and g its gradient; squares, roots and quotients are taken entry by entry.

References
----------
.. [1] hwdong, Anatomy of Deep Learning Principles, chapter 2, sections 2.3 and 2.5.
.. [2] D. Kingma and J. Ba, Adam: a method for stochastic optimization, 2015 (Adam, AdaMax).
.. [3] T. Dozat, Incorporating Nesterov momentum into Adam, 2016 (Nadam).
.. [4] S. Reddi, S. Kale and S. Kumar, On the convergence of Adam and beyond, 2018 (AMSGrad).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

# template: cut
# The markers of the template look like code; and `p -= …` in a loop is meant to change the array
# that p names.
# ruff: noqa: ERA001, PLW2901
# template: end

Array = NDArray[np.float64]


class Optimizer:
    """What all rules have in common: they keep the arrays which they change.

    Parameters
    ----------
    params : list of Array
        The parameters: writable float arrays of any shapes. They are kept, not copied.

    Attributes
    ----------
    params : list of Array
        The same arrays.

    References
    ----------
    .. [1] Book, section 2.5.1.

    Examples
    --------
    >>> w = np.array([1.0, 2.0])
    >>> optimizer = Optimizer([w])
    >>> optimizer.params[0] is w, optimizer.parameters()[0] is w
    (True, True)
    """

    def __init__(self, params: Sequence[Array]) -> None:
        self.params = list(params)

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place by one step.

        Parameters
        ----------
        grads : list of Array
            One gradient for each parameter, in the same order and shape; not changed.

        Returns
        -------
        list of Array
            `self.params`.

        Raises
        ------
        NotImplementedError
            Always, in this class: there is no rule yet.
        """
        raise NotImplementedError("Optimizer.step: each rule has its own")

    def parameters(self) -> list[Array]:
        """The parameters: `self.params`."""
        return self.params


# template: cut
def _zeros(params: Sequence[Array]) -> list[Array]:
    """Memory for each parameter, zero at first."""
    return [np.zeros_like(p) for p in params]


# template: end


class SGD(Optimizer):
    """Plain gradient descent: p -= lr g.

    Parameters
    ----------
    params : list of Array
        The parameters, which `step` changes in place.
    learning_rate : float
        lr.

    References
    ----------
    .. [1] Book, section 2.5.1.

    Examples
    --------
    >>> w = np.array([1.0, 2.0])
    >>> _ = SGD([w], learning_rate=0.5).step([np.array([1.0, -1.0])])
    >>> w.tolist()
    [0.5, 2.5]
    """

    def __init__(self, params: Sequence[Array], learning_rate: float) -> None:
        super().__init__(params)
        self.learning_rate = learning_rate

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        for p, g in zip(self.params, grads, strict=True):
            p -= self.learning_rate * g
        return self.params


class Momentum(Optimizer):
    """Gradient descent with momentum: v ← γ v + lr g,  p -= v.

    Parameters
    ----------
    params, learning_rate
        As in `SGD`.
    gamma : float
        What remains of the last step.

    Notes
    -----
    The path is that of v ← γ v + g, p -= lr v, but not that of an average, v ← γ v + (1 - γ) g.

    References
    ----------
    .. [1] Book, section 2.5.1.
    """

    def __init__(self, params: Sequence[Array], learning_rate: float, gamma: float = 0.9) -> None:
        super().__init__(params)
        self.learning_rate, self.gamma = learning_rate, gamma
        self.v = _zeros(params)

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        for p, g, v in zip(self.params, grads, self.v, strict=True):
            v[...] = self.gamma * v + self.learning_rate * g
            p -= v
        return self.params


class Nesterov(Optimizer):
    """Nesterov's momentum, as torch writes it: v ← γ v + g,  p -= lr (g + γ v).

    Parameters
    ----------
    params, learning_rate
        As in `SGD`.
    gamma : float
        What remains of the last step.

    Notes
    -----
    An optimizer is given the gradient at p and cannot ask for another, so it keeps p at the point
    that looks ahead. Its points are therefore not those of `gradient_descent_nesterov`.

    Examples
    --------
    The first step is (1 + γ) lr g:

    >>> w = np.array([1.0, 2.0])
    >>> _ = Nesterov([w], learning_rate=0.1, gamma=0.5).step([np.array([1.0, -2.0])])
    >>> w.round(6).tolist()
    [0.85, 2.3]
    """

    def __init__(self, params: Sequence[Array], learning_rate: float, gamma: float = 0.9) -> None:
        super().__init__(params)
        self.learning_rate, self.gamma = learning_rate, gamma
        self.v = _zeros(params)

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        for p, g, v in zip(self.params, grads, self.v, strict=True):
            v[...] = self.gamma * v + g
            p -= self.learning_rate * (g + self.gamma * v)
        return self.params


class Adagrad(Optimizer):
    """Adagrad: G ← G + g²,  p -= lr g / (√G + ε).

    Parameters
    ----------
    params, learning_rate
        As in `SGD`.
    epsilon : float
        ε, outside the root.

    Notes
    -----
    G starts at 0, as in torch. The book's program starts it at 1, Keras and optax at 0.1.

    References
    ----------
    .. [1] Book, section 2.3.2.
    """

    def __init__(
        self, params: Sequence[Array], learning_rate: float, epsilon: float = 1e-8
    ) -> None:
        super().__init__(params)
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.G = _zeros(params)

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        for p, g, G in zip(self.params, grads, self.G, strict=True):
            G += g**2
            p -= self.learning_rate * g / (np.sqrt(G) + self.epsilon)
        return self.params


class RMSprop(Optimizer):
    """RMSprop: v ← β v + (1 - β) g²,  p -= lr g / (√v + ε).

    Parameters
    ----------
    params, learning_rate
        As in `SGD`.
    beta : float
        Decay of the average of squares.
    epsilon : float
        ε, outside the root.

    Notes
    -----
    v starts at 0, as in torch; the book's program starts it at 1. Keras and optax have ε inside
    the root.

    References
    ----------
    .. [1] Book, section 2.3.4.
    """

    def __init__(
        self,
        params: Sequence[Array],
        learning_rate: float,
        beta: float = 0.9,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(params)
        self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon
        self.v = _zeros(params)

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        for p, g, v in zip(self.params, grads, self.v, strict=True):
            v[...] = self.beta * v + (1.0 - self.beta) * g**2
            p -= self.learning_rate * g / (np.sqrt(v) + self.epsilon)
        return self.params


class Adadelta(Optimizer):
    """Adadelta: steps as large as the recent steps, relative to the recent gradients.

    E ← ρ E + (1 - ρ) g²,  δ = √(U + ε) / √(E + ε) · g,  p -= lr δ,  U ← ρ U + (1 - ρ) δ²

    Parameters
    ----------
    params : list of Array
        As in `SGD`.
    learning_rate : float
        lr, a factor of each step. Note the default of 1.
    rho : float
        Decay of both averages.
    epsilon : float
        ε, inside both roots.

    Notes
    -----
    U averages the update δ before lr multiplies it. Both averages start at 0, as in torch; the
    book's program starts both at 1, with an ε of 1e-8.

    References
    ----------
    .. [1] Book, section 2.3.3.
    """

    def __init__(
        self,
        params: Sequence[Array],
        learning_rate: float = 1.0,
        rho: float = 0.9,
        epsilon: float = 1e-6,
    ) -> None:
        super().__init__(params)
        self.learning_rate, self.rho, self.epsilon = learning_rate, rho, epsilon
        self.E, self.U = _zeros(params), _zeros(params)

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        for p, g, E, U in zip(self.params, grads, self.E, self.U, strict=True):
            E[...] = self.rho * E + (1.0 - self.rho) * g**2
            delta = np.sqrt((U + self.epsilon) / (E + self.epsilon)) * g
            p -= self.learning_rate * delta
            U[...] = self.rho * U + (1.0 - self.rho) * delta**2
        return self.params


class Adam(Optimizer):
    """Adam: averages of gradients and of their squares, corrected for their start at 0.

    m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,
    p -= lr m̂ / (√v̂ + ε)  with  m̂ = m / (1 - β₁ᵗ),  v̂ = v / (1 - β₂ᵗ),  t = 1, 2, …

    Parameters
    ----------
    params, learning_rate
        As in `SGD`.
    beta_1, beta_2 : float
        Decay of the average of gradients, and of the average of squares.
    epsilon : float
        ε, outside the root and after the correction.

    Notes
    -----
    The book's program increments t twice, so that its first correction has the power 2. Keras
    adds its ε to the uncorrected root.

    References
    ----------
    .. [1] Book, section 2.3.5. The paper [2], algorithm 1.

    Examples
    --------
    One step moves every entry by lr:

    >>> w = np.array([1.0, 2.0])
    >>> _ = Adam([w], learning_rate=0.1).step([np.array([30.0, -0.2])])
    >>> w.round(6).tolist()
    [0.9, 2.1]
    """

    def __init__(
        self,
        params: Sequence[Array],
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(params)
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.m, self.v = _zeros(params), _zeros(params)
        self.t = 0

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        self.t += 1
        for p, g, m, v in zip(self.params, grads, self.m, self.v, strict=True):
            m[...] = self.beta_1 * m + (1.0 - self.beta_1) * g
            v[...] = self.beta_2 * v + (1.0 - self.beta_2) * g**2
            m_hat = m / (1.0 - self.beta_1**self.t)
            v_hat = v / (1.0 - self.beta_2**self.t)
            p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
        return self.params


class AdaMax(Optimizer):
    """AdaMax: Adam with the largest recent gradient for its measure.

    m ← β₁ m + (1 - β₁) g,  u ← max(β₂ u, |g| + ε),  p -= lr m / ((1 - β₁ᵗ) u),  t = 1, 2, …

    Parameters
    ----------
    params, learning_rate, beta_1, epsilon
        As in `Adam`; here ε is added to |g|.
    beta_2 : float
        Decay of the maximum.

    Notes
    -----
    As in torch. Keras takes max(β₂ u, |g|) and adds its ε to the denominator.

    References
    ----------
    .. [1] The paper [2], algorithm 2, which has no ε.
    """

    def __init__(
        self,
        params: Sequence[Array],
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(params)
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.m, self.u = _zeros(params), _zeros(params)
        self.t = 0

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        self.t += 1
        for p, g, m, u in zip(self.params, grads, self.m, self.u, strict=True):
            m[...] = self.beta_1 * m + (1.0 - self.beta_1) * g
            u[...] = np.maximum(self.beta_2 * u, np.abs(g) + self.epsilon)
            p -= self.learning_rate * m / ((1.0 - self.beta_1**self.t) * u)
        return self.params


class Nadam(Optimizer):
    """Nadam: Adam with Nesterov's look ahead.

    m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,
    p -= lr [(1 - β₁) g / (1 - β₁ᵗ) + β₁ m / (1 - β₁ᵗ⁺¹)] / (√(v / (1 - β₂ᵗ)) + ε),  t = 1, 2, …

    Parameters
    ----------
    params, learning_rate, beta_1, beta_2, epsilon
        As in `Adam`.

    Notes
    -----
    β₁ is constant, as in optax. Torch and Keras let it grow to its value over the steps.

    References
    ----------
    .. [1] The paper [3], algorithm 2, with a constant schedule.
    """

    def __init__(
        self,
        params: Sequence[Array],
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(params)
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.m, self.v = _zeros(params), _zeros(params)
        self.t = 0

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        self.t += 1
        now, ahead = 1.0 - self.beta_1**self.t, 1.0 - self.beta_1 ** (self.t + 1)
        for p, g, m, v in zip(self.params, grads, self.m, self.v, strict=True):
            m[...] = self.beta_1 * m + (1.0 - self.beta_1) * g
            v[...] = self.beta_2 * v + (1.0 - self.beta_2) * g**2
            m_ahead = (1.0 - self.beta_1) * g / now + self.beta_1 * m / ahead
            v_hat = v / (1.0 - self.beta_2**self.t)
            p -= self.learning_rate * m_ahead / (np.sqrt(v_hat) + self.epsilon)
        return self.params


class AMSGrad(Optimizer):
    """AMSGrad: Adam whose measure never shrinks.

    m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,  u ← max(u, v),
    p -= lr m / (1 - β₁ᵗ) / (√(u / (1 - β₂ᵗ)) + ε),  t = 1, 2, …

    Parameters
    ----------
    params, learning_rate, beta_1, beta_2, epsilon
        As in `Adam`.

    Notes
    -----
    The maximum is taken of v as it is, and corrected afterwards, as in torch. Optax corrects first,
    which is another path; the paper does not correct at all.

    References
    ----------
    .. [1] The paper [4], algorithm 2.
    """

    def __init__(
        self,
        params: Sequence[Array],
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(params)
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.m, self.v, self.u = _zeros(params), _zeros(params), _zeros(params)
        self.t = 0

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """Change the parameters in place and return them."""
        self.t += 1
        for p, g, m, v, u in zip(self.params, grads, self.m, self.v, self.u, strict=True):
            m[...] = self.beta_1 * m + (1.0 - self.beta_1) * g
            v[...] = self.beta_2 * v + (1.0 - self.beta_2) * g**2
            u[...] = np.maximum(u, v)
            m_hat = m / (1.0 - self.beta_1**self.t)
            u_hat = u / (1.0 - self.beta_2**self.t)
            p -= self.learning_rate * m_hat / (np.sqrt(u_hat) + self.epsilon)
        return self.params


def gradient_descent_with(
    df: Callable[[Array], Array],
    optimizer: Optimizer,
    iterations: int = 100,
    epsilon: float = 1e-8,
) -> list[Array]:
    """Walk downhill by the rule of an optimizer.

    Parameters
    ----------
    df : callable
        The gradient, df(x) of the shape of x.
    optimizer : Optimizer
        With one parameter, the start. It is moved to the end of the path.
    iterations : int
        Steps at most.
    epsilon : float
        Stop before a step when max|df(x)| < epsilon.

    Returns
    -------
    list of Array
        The path: copies of the parameter, the start first, then one for each step.

    References
    ----------
    .. [1] Book, section 2.5.2. Its result of plain descent on the bowl, [-8.27e-6, 2.46e-98], is
       that of 1,000 steps, not of the 100 in its text.

    Examples
    --------
    On x²/2 + y²:

    >>> def df(x):
    ...     return np.array([x[0], 2 * x[1]])
    >>> path = gradient_descent_with(df, SGD([np.array([4.0, 1.0])], 0.5), iterations=2)
    >>> [x.tolist() for x in path]
    [[4.0, 1.0], [2.0, 0.0], [1.0, 0.0]]
    """
    (x,) = optimizer.parameters()
    path = [x.copy()]
    for _ in range(iterations):
        g = np.asarray(df(path[-1]), dtype=np.float64)
        if np.max(np.abs(g)) < epsilon:
            break
        (x,) = optimizer.step([g])
        path.append(x.copy())
    return path
