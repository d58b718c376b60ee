"""One grade that has everything in it, for the tests of results.json and of the report."""

from __future__ import annotations

from fractions import Fraction
from math import hypot
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from grader.outcomes import (
    Chart,
    CodeLine,
    Finding,
    Grade,
    Note,
    Outcome,
    PartScore,
    Surface,
)

FOLDER = Path(__file__).parent
SURFACE = FOLDER.parents[1] / "hidden" / "surfaces" / "beale.json"


def _passed(number: str, title: str, part: str, points: int, **more: Any) -> Outcome:
    passed = Outcome(
        name=f"test_{number.replace('.', '_')}",
        number=number,
        title=title,
        part=part,
        points=Fraction(points),
        earned=Fraction(points),
        status="passed",
        seed=int(number.replace(".", "")) * 1_000_003,
        seconds=0.012 * points,
    )
    return structs.replace(passed, **more)


def _failed(number: str, title: str, part: str, points: int, **more: Any) -> Outcome:
    return _passed(
        number, title, part, points, **{"status": "failed", "earned": Fraction(), **more}
    )


def sample_grade() -> Grade:
    """Every status, visibility, feedback level and kind of content, as a class would see it."""
    return Grade(
        submission="ada-lovelace",
        title="Losses, gradients, optimizers",
        outcomes=(*_losses(), *_regularization(), *_descent(), *_later()),
        expected=Fraction(50),
        notices=("`notes.txt` was left aside: only the assignment's modules are graded.",),
        troubles=("check 3.2: the reference raised ValueError\n  reference/descent.py, line 12",),
        seed=20240917,
        isolation="L3",
        isolation_notes=("landlock, seccomp, a user of its own", "namespaces: not permitted here"),
        versions=(("grader", "0.1.0"), ("python", "3.11"), ("numpy", "2.4")),
        seconds=3.25,
    )


def _losses() -> tuple[Outcome, ...]:
    regularizer = Finding(
        kind="variant",
        lead="svm_loss_vectorized(W, X, y, reg): dW is the reference's times N, the sample count.",
        evidence=(
            "The loss is right in 5 of 5 calls.",
            "dW has the right shape, (13, 5), and points the right way in 5 of 5 calls.",
        ),
        details=("The largest difference is 2.4 in size.",),
        question="If every row of X came twice, what should happen to the gradient of a mean?",
        code=(
            CodeLine("losses.py", 41, "    margins[rows, y] = 0.0", "svm_loss_vectorized"),
            CodeLine("losses.py", 44, "    dW = X.T @ mask", "svm_loss_vectorized"),
            CodeLine("losses.py", 45, "    dW += 2 * reg * W", "svm_loss_vectorized"),
        ),
        staff="variant: losses.svm_loss_vectorized/sum_gradient\nexpected dW[0, 0] = 0.123456789",
        snippet="import numpy as np\n\nfrom losses import svm_loss_vectorized\n\n"
        "W = np.array([[0.0, 0.0]])\nX = np.array([[1.0], [1.0]])\ny = np.array([0, 0])\n\n"
        "print(svm_loss_vectorized(W, X, y, reg=0.0))\n"
        "# Not right: the second of the values that are returned.",
    )
    overflow = Finding(
        kind="nonfinite",
        lead="softmax(scores): expected finite numbers, got nan in 2 of 12 entries.",
        evidence=("It happens in the rows whose largest score is above 700.",),
        details=("The largest score of these rows is 1.0e3.",),
        question="What stays the same when a constant is taken from every score of a row?",
        code=(CodeLine("losses.py", 12, "    e = np.exp(scores)", "softmax"),),
        warnings=("RuntimeWarning: overflow encountered in exp (losses.py, line 12)",),
        printed="scores (3, 4)\nmax 1000.0\n",
    )
    half = Finding(
        kind="convention",
        lead="The loss and the gradient use 0.5 * reg * ΣW²: another convention, accepted.",
    )
    return (
        _passed("1.1", "The bias trick gives the same scores", "Losses", 3),
        _failed(
            "1.2",
            "The SVM loss and its gradient agree with the reference",
            "Losses",
            10,
            earned=Fraction(4),
            feedback="full",
            findings=(regularizer,),
            parts=(
                PartScore("value", Fraction(4), Fraction(4)),
                PartScore("gradient", Fraction(6), Fraction(0)),
            ),
            functions=("losses.svm_loss_vectorized",),
            tags=("gradient",),
        ),
        _failed(
            "1.3",
            "Softmax is exact for scores of a thousand",
            "Losses",
            3,
            feedback="full",
            findings=(overflow,),
        ),
        _passed(
            "1.4",
            "The softmax loss agrees with the lecture's numbers",
            "Losses",
            4,
            notes=(Note(half),),
        ),
    )


def _regularization() -> tuple[Outcome, ...]:
    return (
        _passed("2.1", "The value and gradient of the L2 penalty are right", "Regularization", 3),
        _passed("2.2", "L1 has slope 0 at 0", "Regularization", 3),
        _passed("2.3", "An unknown regularizer is refused", "Regularization", 4),
    )


def _descent() -> tuple[Outcome, ...]:
    surface = msgspec.json.decode(SURFACE.read_bytes(), type=Surface)
    mine, reference = _paths()
    momentum = Finding(
        kind="value",
        lead="gradient_descent_momentum(df, x, alpha, gamma): the first step is right, the second "
        "is not.",
        evidence=("The path has the right number of points, 121.",),
        question="Which of αg and v is multiplied by γ?",
        code=(CodeLine("descent.py", 27, "    v = gamma * (v + alpha * g)", "momentum"),),
    )
    broken = Finding(
        kind="grader",
        lead="The grader failed, not your code: the reference raised ValueError. This check is "
        "not scored; please tell the course staff.",
        staff="Traceback: reference/descent.py, line 12",
    )
    return (
        _failed(
            "3.1",
            "Momentum follows the reference's path on Beale's function",
            "Descent",
            6,
            findings=(momentum,),
            charts=(
                Chart(
                    title="Momentum on Beale's function",
                    student=mine,
                    reference=reference,
                    surface=surface,
                    student_loss=tuple(_beale(*point) for point in mine),
                    reference_loss=tuple(_beale(*point) for point in reference),
                ),
            ),
        ),
        _failed(
            "3.2",
            "Adagrad's first steps are right",
            "Descent",
            4,
            status="grader_failed",
            findings=(broken,),
        ),
    )


def _later() -> tuple[Outcome, ...]:
    secret = Finding(
        kind="value",
        lead="adam_secret_lead(df, x): the bias correction is missing.",
        staff="adam_secret_staff",
    )
    return (
        _failed(
            "4.1",
            "Adam follows the secret path",
            "Optimizers",
            6,
            findings=(secret,),
            visibility="after_published",
        ),
        _failed(
            "4.2",
            "Nadam follows the secret path",
            "Optimizers",
            4,
            findings=(secret,),
            visibility="hidden",
            feedback="result",
        ),
    )


def _beale(x: float, y: float) -> float:
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _slope(x: float, y: float) -> tuple[float, float]:
    residuals = [c - x + x * y**k for k, c in ((1, 1.5), (2, 2.25), (3, 2.625))]
    dx = sum(2 * r * (y**k - 1) for k, r in enumerate(residuals, 1))
    dy = sum(2 * r * k * x * y ** (k - 1) for k, r in enumerate(residuals, 1))
    length = max(1.0, hypot(dx, dy) / 8)
    return dx / length, dy / length


def _paths() -> tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]:
    """Momentum as a student might write it, and as it is meant, from (1, 1.7)."""
    paths = []
    for mistake in (0.9, 1.0):
        x, y, vx, vy = 1.0, 1.7, 0.0, 0.0
        path = [(x, y)]
        for _ in range(120):
            dx, dy = _slope(x, y)
            vx, vy = (0.9 * vx + 0.01 * dx) * mistake, (0.9 * vy + 0.01 * dy) * mistake
            x, y = x - vx, y - vy
            path.append((x, y))
        paths.append(tuple(path))
    return paths[0], paths[1]
