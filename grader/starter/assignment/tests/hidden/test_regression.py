"""Part 1: linear regression."""

import numpy as np

from grader.suite import feedback, part, points

pytestmark = part("Regression", number=1)

# Different, and none a power of two: an axis or an N in the wrong place shows.
N, D = 7, 3


def data(rng):
    """Weights, samples and targets."""
    return rng.normal(size=D), rng.normal(size=(N, D)), rng.normal(size=N)


@points(value=2, gradient=3)
def test_squared_error(check, rng):
    """squared_error: the loss and its gradient are right on random problems."""
    for _ in range(3):
        check.matches(
            "regression.squared_error",
            *data(rng),
            outputs=("loss", "dw"),
            parts=("value", "gradient"),
        )


@points(1)
def test_squared_error_is_pure(check, rng):
    """squared_error changes no argument and remembers nothing of the call before."""
    check.pure("regression.squared_error", data(rng), data(rng))


@points(3)
def test_fit(check, rng):
    """fit finds the weights with the least error."""
    for _ in range(3):
        _, X, y = data(rng)
        check.matches("regression.fit", X, y)


@points(1)
@feedback("full")
def test_fit_of_a_line(check, student):
    """Three points on the line 1 + 2 x are fitted exactly."""
    w = student.regression.fit(np.array([[1.0, 0], [1, 1], [1, 2]]), np.array([1.0, 3, 5]))
    check.equals("regression.fit", w, np.array([1.0, 2.0]))
