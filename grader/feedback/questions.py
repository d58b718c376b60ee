"""More questions to the student's code: does an explanation hold with other numbers."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

import numpy as np
from msgspec import structs

from grader.exchange import Exchange, Inside
from grader.feedback.agree import agree
from grader.feedback.replay import Played, play
from grader.outcomes import CheckFailed

_QUESTIONS = 48
"""Questions that are thought of; few of them tell the candidates apart."""
_ASKED = 6
_ENOUGH = 2
"""Answers that confirm the last candidate."""
_ARRAYS = (0.5, 1.5), (2.0, 6.0), (0.05, 0.3)
_NUMBERS = (0.1, 10.0)
"""Factors for the entries of arrays, in turns, and for single numbers."""
_LARGE = 1e100
"""Where answers are so large, or not finite, two ways to write one formula may part."""
_OUT_OF_RANGE = {"ValueError", "ArithmeticError", "OverflowError", "ZeroDivisionError"}
"""What Python's own functions raise where numpy's give nan or infinity."""
_USED_UP = {"callbacks", "not_run"}
"""What a question comes to where those before it have used up what a check may take."""

Named = TypeVar("Named")


def tell_apart(
    candidates: Mapping[Named, Callable[..., Any]],
    right: Callable[..., Any],
    history: Sequence[Exchange],
    function: str,
    reference: types.ModuleType,
    call: Callable[..., Any],
) -> list[Named]:
    """The candidates that also do what the student's code does with other numbers.

    It is asked only where they differ, or where the last of them differs from what is right, and
    that twice at most; `call` calls its functions by name.
    """
    left, asked, confirmed = list(candidates), 0, 0
    for question in _questions(history, function):
        if not left or asked == _ASKED or confirmed == _ENOUGH:
            break
        answers = {
            one: next(play([question], function, candidates[one], reference)) for one in left
        }
        first, *others = answers.values()
        beside = others or [next(play([question], function, right, reference))]
        if all(_same(first, other) for other in beside) or not all(map(_is_tame, answers.values())):
            continue
        student = _answered(question, call)
        asked += 1
        if student.raised in _OUT_OF_RANGE | _USED_UP or not _is_tame(student):
            continue  # whatever else is wrong there, it says nothing of the candidates
        left = [one for one in left if structs.replace(answers[one], exchange=student).agrees]
        confirmed += len(left) == 1
    return left


def _questions(history: Sequence[Exchange], function: str) -> Iterator[Exchange]:
    """Calls of the function with other numbers, the same ones each time."""
    rng = np.random.default_rng(0)
    calls = [
        e
        for e in history
        if e.kind == "call" and e.name == function and not isinstance(e.value, Inside)
    ]
    for number in range(_QUESTIONS if calls else 0):
        exchange = calls[number % len(calls)]
        try:
            args, kwargs = exchange.arguments({}, _no_function)
        except KeyError:  # what lives in the student's process cannot be changed from here
            continue
        finally:
            exchange.restore()
        factors = _ARRAYS[number % len(_ARRAYS)]
        yield _call(function, _varied((args, kwargs), rng, factors))


def _call(function: str, arguments: Any) -> Exchange:
    return Exchange("call", function, lambda *_: deepcopy(arguments), _do_nothing)


def _answered(question: Exchange, call: Callable[..., Any]) -> Exchange:
    """The question with the student's answer."""
    args, kwargs = question.arguments({}, _no_function)
    try:
        return structs.replace(question, value=call(question.name, *args, **kwargs))
    except CheckFailed as error:
        return structs.replace(question, raised=error.finding.exception or error.finding.kind)


def _varied(value: Any, rng: np.random.Generator, factors: tuple[float, float]) -> Any:
    """The same with other numbers, where they are no integers."""
    if isinstance(value, np.ndarray):
        floats = np.issubdtype(value.dtype, np.floating)
        return value * rng.uniform(*factors, value.shape) if floats else value
    if isinstance(value, np.random.Generator):
        return np.random.default_rng(rng.integers(2**32))
    if isinstance(value, float):
        low, high = np.log(_NUMBERS)
        return value * float(np.exp(rng.uniform(low, high)))
    if isinstance(value, dict):
        return {key: _varied(item, rng, factors) for key, item in value.items()}
    if type(value) in {list, tuple}:
        return type(value)(_varied(item, rng, factors) for item in value)
    return value


def _is_tame(one: Played | Exchange) -> bool:
    """Whether an answer is made of finite numbers that are not large."""
    values = [one.value] if not isinstance(one.value, (list, tuple)) else one.value
    return all(
        bool(np.all(np.abs(np.asarray(value, dtype=np.float64)) < _LARGE))
        for value in _flat(values)
    )


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _flat(value)
        elif isinstance(value, (bool, int, float, np.generic, np.ndarray)):
            yield value


def _same(one: Played, other: Played) -> bool:
    return one.raised == other.raised and (bool(one.raised) or agree(one.value, other.value))


def _no_function(name: str) -> Any:
    raise KeyError(name)


def _do_nothing() -> None:
    """Nothing was changed that would have to be restored."""
