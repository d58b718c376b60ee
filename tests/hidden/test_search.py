"""Part 4: predicting with a linear classifier, and looking for its weights at random."""

from functools import partial
from itertools import pairwise

import numpy as np

from grader.suite import part, points, portable, visibility

pytestmark = part("Prediction and search", number=4)

SEARCH = {
    "outputs": ("best_W", "best_loss", "losses"),
    "parts": ("best", "best", "losses"),
}


def draw(rng, N, D, C):
    """W, X, y of these sizes."""
    return rng.normal(size=(D, C)), rng.normal(size=(N, D)), rng.integers(C, size=N)


@points(1)
def test_predict(check, rng):
    """The function predict gives the class of the highest score, of ties the lowest class."""
    for N, D, C in ((11, 4, 5), (1, 3, 7), (6, 5, 2)):
        W, X, _ = draw(rng, N, D, C)
        check.matches("search.predict", W, X)
    ties = np.array([[1.0, 3.0, 3.0, 2.0], [-1.0, -1.0, -2.0, -1.0], [0.0, 0.0, 0.0, 0.0]])
    check.matches("search.predict", np.eye(4), ties)
    check.matches("search.predict", np.zeros((3, 5)), rng.normal(size=(4, 3)))
    # The same whole number, as often as it is rounded.
    check.matches("search.predict", np.eye(3), np.array([[1.1, 1.2, 0.9], [-0.3, -0.4, -0.2]]))
    check.pure("search.predict", (W, X), (-W, X))


@points(1)
def test_accuracy(check, rng):
    """The function accuracy gives the fraction of labels that are predicted."""
    for N, D, C in ((11, 4, 5), (1, 3, 7), (23, 5, 2)):
        W, X, y = draw(rng, N, D, C)
        check.matches("search.accuracy", W, X, y.astype(np.uint8))
        check.matches("search.accuracy", W, X, np.argmax(X @ W, axis=1))
        check.matches("search.accuracy", W, X, np.argmin(X @ W, axis=1))
    check.pure("search.accuracy", (W, X, y), (-W, X, y))


@portable
def bowl(W):
    """A loss with its minimum away from 0, negative there."""
    return float(np.sum((W - 0.4) ** 2)) - 1.5


def shifted_bowl(offset):
    """The same, somewhere else."""
    return portable(lambda W: bowl(W) + offset)


@portable
def steps(W):
    """A loss of few values, so that tries tie."""
    return float(np.sum(W > 0.0) // 4)


def judge_search(check, rng, arguments):
    """One search with a generator of its own, under which every slip shows."""
    generator = next(g for g in generators(rng) if tells(losses_of(*arguments, g())))
    check.matches("search.random_search", *arguments, generator(), **SEARCH)


def generators(rng):
    """What makes a generator, the same each time it is called: one after another."""
    while True:
        yield partial(np.random.default_rng, rng.integers(2**32))


def losses_of(loss, shape, tries, scale, generator):
    """The losses of a search."""
    return [loss(scale * generator.standard_normal(shape)) for _ in range(tries)]


def tells(losses):
    """Whether the best try is not the first, and one after it is only better than its neighbour."""
    best = int(np.argmin(losses))
    later = losses[best:]
    return len(losses) == 1 or (best > 0 and any(b < a for a, b in pairwise(later)))


@points(best=1, losses=0.5)
def test_random_search(check, rng):
    """random_search draws as told, and returns the best weights, their loss and all losses."""
    for shape, tries, scale in (((3, 2), 17, 0.7), ((2, 5), 8, 3.0)):
        judge_search(check, rng, (bowl, shape, tries, scale))


@points(best=0.75, losses=0.25)
def test_random_search_ties(check, rng):
    """random_search keeps the first of the weights that are equally good."""
    for _ in range(3):
        judge_search(check, rng, (steps, (3, 2), 25, 1.0))


@points(best=0.25, losses=0.25)
@visibility("after_due_date")
def test_random_search_once(check, rng):
    """random_search works for a single try, and for losses that are large or below 0."""
    for tries, offset in ((1, 0.0), (5, 1e12), (5, -1e12)):
        judge_search(check, rng, (shifted_bowl(offset), (2, 3), tries, 0.3))
