"""Part 2: penalties on large weights, and the full loss."""

import numpy as np
import pytest

from plain.marks import part, points, visibility

pytestmark = part("Regularization", number=2)

PENALTY = {"outputs": ("R", "dR"), "parts": ("value", "gradient")}
FULL = {"outputs": ("loss", "dW"), "parts": ("value", "gradient")}
SHAPES = (4, 3), (1, 5), (7, 2)


def weights(rng, shape):
    """Weights of either sign, none of them near the kink of |W| at 0."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.1, 2.0, shape)


def some_zeros(rng):
    """Weights of which some are exactly 0, at the kink of |W|; a whole row is."""
    W = weights(rng, (5, 3))
    W[1, 2] = W[3, 0] = 0.0
    W[4] = 0.0
    return W


@points(value=1, gradient=1)
def test_l2(check, rng):
    """l2 is the sum of squares, and its gradient the slope of just that."""
    for shape in SHAPES:
        check.matches("regularization.l2", weights(rng, shape), **PENALTY)
    check.matches("regularization.l2", some_zeros(rng), **PENALTY)
    check.pure("regularization.l2", (weights(rng, (4, 3)),), (weights(rng, (4, 3)),))


@points(value=0.75, gradient=0.75)
def test_l1(check, rng):
    """l1 is the sum of absolute values, and its gradient the slope of just that."""
    for shape in SHAPES:
        check.matches("regularization.l1", weights(rng, shape), **PENALTY)
    check.pure("regularization.l1", (weights(rng, (4, 3)),), (weights(rng, (4, 3)),))


@points(value=0.75, gradient=0.75)
def test_elastic_net(check, rng):
    """elastic_net weighs the squares with beta and the absolute values with 1."""
    for shape, beta in zip(SHAPES, (0.3, 2.5, 0.0), strict=True):
        check.matches("regularization.elastic_net", weights(rng, shape), beta=beta, **PENALTY)
    arguments = ((weights(rng, (4, 3)),), (weights(rng, (4, 3)),))
    check.pure("regularization.elastic_net", *arguments, beta=0.3)


@points(1)
@pytest.mark.parametrize("name", ["l1", "elastic_net"])
def test_slope_at_zero(check, rng, name):
    """l1 and elastic_net have the slope 0 where a weight is 0."""
    rule = {"beta": 0.7} if name == "elastic_net" else {}
    for W in (some_zeros(rng), np.zeros((3, 4))):
        check.matches(f"regularization.{name}", W, outputs=("R", "dR"), **rule)


@points(value=1.5, gradient=1.5)
@pytest.mark.parametrize("regularizer", ["l2", "l1", "elastic_net"])
def test_full_loss(check, problem, regularizer):
    """full_loss adds reg times the penalty to the SVM loss or the softmax loss."""
    for W, X, y in problem.classification(cases=2):
        for data_loss in ("svm", "softmax"):
            names = data_loss, regularizer
            check.matches("regularization.full_loss", W, X, y, *names, 0.37, beta=1.3, **FULL)


@points(0.5)
@visibility("after_due_date")
def test_full_loss_default(check, problem):
    """full_loss takes beta = 0.5 unless told otherwise, and leaves its arguments as they are."""
    name, rule = "regularization.full_loss", {"outputs": FULL["outputs"]}
    one, other = problem.classification(cases=2)
    names = "softmax", "elastic_net"
    check.matches(name, *one, *names, 0.37, **rule)
    check.matches(name, *other, *names, 0.0, **rule)
    check.pure(name, (*one, *names, 0.37), (*other, *names, 0.37))


@points(0.5)
def test_full_loss_names(check, problem):
    """full_loss raises a ValueError for a loss or a regularizer that it does not know."""
    (problem_,) = problem.classification(cases=1)
    name = "regularization.full_loss"
    check.matches(name, *problem_, "svm", "l2", 0.37)
    for names in (("hinge", "l2"), ("svm", "ridge"), ("softmax", ""), ("l2", "svm")):
        check.raises(name, ValueError, *problem_, *names, 0.37)
