"""A simulated class: results as they might come out of a batch, made from a few numbers.

Each student has a strength, each check a difficulty and a slope (the two-parameter logistic model),
and what goes wrong is one of a few mistakes: so it is known beforehand what the page must say.
"""

from __future__ import annotations

import random
from math import exp

from msgspec import Struct

from grader.batch.records import Checked, Entry, Misconception, Record, Submitter

_FIRST_NUMBER = 31_000_000
FIRST = ("Ada", "Bo", "Chidi", "Dana", "Émile", "Fatima", "Grace", "Hugo", "Inés", "Jun", "Kofi")
LAST = ("Lovelace", "Nguyen", "O’Neil", "Åström", "Haddad", "Hopper", "García", "Tanaka", "Mensah")
PARTS = ("Losses", "Regularization", "Numerical gradients", "Descent", "Optimizers")
TITLES = (
    "The loss and its gradient agree with the reference on random problems.",
    "Arguments stay as they are.",
    "No loop runs over the samples.",
    "Large scores neither overflow nor vanish.",
    "The gradient is that of your own loss.",
    "One sample, and one class, work too.",
)
MISTAKES = (
    (
        ("losses.softmax", "The largest score is not subtracted before the exponential."),
        ("losses.svm_loss_vectorized", "The sum of the margins is not divided by N."),
        ("losses.svm_loss_naive", "The gradient of the right class is left out."),
        ("losses.softmax_loss_vectorized", "The penalty's gradient is left out."),
    ),
    (
        ("regularization.l2", "The penalty is 0.5 · ΣW², but its gradient is that of ΣW²."),
        ("regularization.elastic_net", "beta weighs the squares, where the text has the sizes."),
    ),
    (
        ("gradients.numerical_gradient", "The difference is one-sided."),
        ("gradients.eval_numerical_gradient", "An entry is not put back before the next."),
    ),
    (
        ("descent.gradient_descent_adam", "The moments are not corrected for their start."),
        ("descent.gradient_descent_momentum", "The velocity is forgotten at each step."),
        ("descent.gradient_descent", "All points of the path are one array, which moves on."),
    ),
    (
        ("optimizers.Adagrad", "The cache starts again with each call."),
        ("optimizers.Nadam", "The gradient is taken after the step, not before it."),
    ),
)
"""For each part, functions and what is done to them."""
CONVENTION = Misconception(
    "convention", "descent.gradient_descent_adam", "gradient_descent_adam: ε is inside the root."
)


class Item(Struct, frozen=True):
    """A check, and how strong students pass it."""

    check: Checked
    difficulty: float
    slope: float
    mistake: Misconception


def simulated_class(size: int, seed: int = 1) -> tuple[tuple[Entry, ...], tuple[Record, ...]]:
    """Entries and records of a class; some are groups, some failed, some are left to the staff."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    items = tuple(_items(dice))
    entries = tuple(_entry(number, dice) for number in range(size))
    return entries, tuple(_record(entry, items, dice) for entry in entries)


def _items(dice: random.Random) -> list[Item]:
    items = []
    for number, part in enumerate(PARTS, 1):
        for place, title in enumerate((TITLES * 2)[: 6 + number], 1):
            function, lead = dice.choice(MISTAKES[number - 1])
            name = function.rpartition(".")[2]
            # One in twenty is a bad check: it is the strong ones who fail it.
            slope = -0.8 if (number, place) == (4, 3) else dice.uniform(0.8, 2.2)
            check = Checked(
                name=f"part_{number}::check_{place}",
                number=f"{number}.{place}",
                title=title,
                part=part,
                points=200,
                earned=0,
                status="failed",
                visibility="hidden" if place == 2 else "after_published",
            )
            mistake = Misconception("mistake", function, f"{name}: {lead}")
            items.append(Item(check, dice.gauss(-0.9, 0.9), slope, mistake))
    return items


def _entry(number: int, dice: random.Random) -> Entry:
    people = tuple(
        Submitter(
            f"{dice.choice(FIRST)} {dice.choice(LAST)}",
            f"{dice.randrange(10**7):07d}",
            f"s{dice.randrange(10**7)}@example.edu",
        )
        for _ in range(2 if number % 9 == 4 else 1)
    )
    return Entry(f"submission_{_FIRST_NUMBER + number}", f"export/{number}", people)


def _record(entry: Entry, items: tuple[Item, ...], dice: random.Random) -> Record:
    number = int(entry.name.rpartition("_")[2]) - _FIRST_NUMBER
    if number % 97 == 5:
        trouble = "The zip cannot be read: File is not a zip file."
        return Record(entry.name, f"key of {entry.name}", "failed", trouble=trouble)
    strength = dice.gauss(0.4, 1.0)
    checks = tuple(_checked(item, strength, dice) for item in items)
    if number % 89 == 7:
        first = checks[0]
        left = Checked(first.name, first.number, first.title, first.part, first.points, 0,
                       "grader_failed", first.visibility)  # fmt: skip
        checks = (left, *checks[1:])
    failed = [check for check in checks if check.status == "grader_failed"]
    return Record(
        name=entry.name,
        key=f"key of {entry.name}",
        status="graded",
        score=sum(check.earned for check in checks),
        maximum=sum(check.points for check in checks),
        ungraded=sum(check.points for check in failed),
        checks=checks,
        troubles=("check 1.1: the reference raised MemoryError.",) if failed else (),
        isolation="L2" if number == 11 else "L3",
        seed=7,
        seconds=round(dice.lognormvariate(0.1, 0.5), 2),
    )


def _checked(item: Item, strength: float, dice: random.Random) -> Checked:
    check = item.check
    passes = dice.random() < 1 / (1 + exp(-item.slope * (strength - item.difficulty)))
    if passes:
        found = (CONVENTION,) if dice.random() < 0.004 else ()
        return _with(check, check.points, found)
    kind = dice.random()
    if kind < 0.3:
        return _with(check, dice.choice((0, 0, 100)), (item.mistake,))
    function = item.mistake.function
    if kind < 0.7:
        name = function.rpartition(".")[2]
        lead = f"value of {name}: {dice.randint(1, 5)} of 5 values differ."
        return _with(check, 0, (Misconception("value", function, lead),))
    if kind < 0.9:
        lead = f"line {dice.randint(1, 90)} raises ValueError: operands could not be broadcast."
        return _with(check, 0, (Misconception("raised", function, lead),))
    return _with(check, 0, (Misconception("timeout", function, "It takes longer than 5 s."),))


def _with(check: Checked, earned: int, found: tuple[Misconception, ...]) -> Checked:
    return Checked(
        check.name,
        check.number,
        check.title,
        check.part,
        check.points,
        earned,
        "passed" if earned == check.points else "failed",
        check.visibility,
        found,
        0.02,
    )
