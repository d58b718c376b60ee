"""Whether a changed reference does the same as the reference, on many inputs.

The inputs are those of the suites' own calls, as they were and with other numbers of the same
shapes. What is compared: values and exceptions, which arguments were changed, and whether a result
shares memory with an argument.
"""

from __future__ import annotations

import signal
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from msgspec import Struct

from grader.exchange import Exchange, Inside
from grader.feedback.agree import agree
from grader.feedback.variants import patched

_TRIES = 12
"""Other numbers for each recorded call: half small steps, half another size, sign or sparsity."""
_LIMIT_S = 20.0
"""Longest for one change: what takes longer does something else than the reference."""


class Compared(Struct, frozen=True):
    """Whether nothing differed, and on how many calls; else what did."""

    same: bool
    calls: int
    difference: str = ""


def compare_changed(
    reference: types.ModuleType,
    module: str,
    text: str,
    histories: Mapping[str, Sequence[Exchange]],
) -> Compared:
    """Compare the reference with itself, where one module has another text."""
    calls = 0
    code = text.replace("from __future__ import", "pass  #")
    try:
        with _time_limit(), patched(reference, f"{module}.", code) as changed:
            for check, history in histories.items():
                for attempt in range(_TRIES):
                    right = list(_observed(history, reference, attempt))
                    wrong = list(_observed(history, changed, attempt))
                    calls += len(right)
                    names = [e.name for e in history]
                    for name, a, b in zip(names, right, wrong, strict=True):
                        if not _alike(a, b):
                            numbers = "other numbers" if attempt else "the same numbers"
                            return Compared(False, calls, f"{name} in {check}, on {numbers}")
    except TimeoutError:
        return Compared(False, calls, "it takes far longer")
    return Compared(True, calls)


def _observed(
    history: Sequence[Exchange], package: types.ModuleType, attempt: int
) -> Iterator[tuple[Any, Any]]:
    """What comes of each exchange: a value or an exception's type; what it did to arguments."""
    objects: dict[int, Any] = {}
    for place, exchange in enumerate(history):
        rng = np.random.default_rng([attempt, place])
        effects: tuple[Any, ...] = ()
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                args, kwargs = exchange.arguments(objects, lambda name: _find(package, name))
                arrays = _arrays([*args, *kwargs.values()])
                # Objects keep arrays from their making: what they do with them shows later.
                kwargs = {key: _other(value, attempt, rng) for key, value in kwargs.items()}
                args = tuple(_other(value, attempt, rng) for value in args)
                before = [array.copy() for array in arrays]
                value = _act(exchange, package, objects, args, kwargs)
                effects = _effects(arrays, before, value)
                if isinstance(exchange.value, Inside):
                    objects[exchange.value.number] = value
                value = _kept(value)
            except TimeoutError:
                raise
            except Exception as error:  # noqa: BLE001 - a change may raise anything
                value = type(error).__name__
            finally:
                exchange.restore()
        yield value, effects


def _act(
    exchange: Exchange,
    package: types.ModuleType,
    objects: Mapping[int, Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    if exchange.kind == "hold":
        return args[0]
    if exchange.kind == "call":
        return _find(package, exchange.name)(*args, **kwargs)
    owner = objects[exchange.object]
    if exchange.kind == "method":
        return (getattr(owner, exchange.name) if exchange.name else owner)(*args, **kwargs)
    return owner if exchange.kind == "read" else getattr(owner, exchange.name)


def _find(package: types.ModuleType, name: str) -> Any:
    found: Any = package
    for step in name.split("."):
        found = getattr(found, step)
    return found


def _arrays(values: Sequence[Any]) -> list[np.ndarray[Any, Any]]:
    """The arrays among arguments, each once."""
    found: dict[int, np.ndarray[Any, Any]] = {}
    for value in values:
        if isinstance(value, np.ndarray):
            found[id(value)] = value
        elif isinstance(value, (list, tuple)):
            found |= {id(array): array for array in _arrays(value)}
    return list(found.values())


def _other(value: Any, attempt: int, rng: np.random.Generator) -> Any:
    """Other numbers in place of these; arrays are changed where they are."""
    if attempt == 0:
        return value
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)([_other(item, attempt, rng) for item in value])
    if isinstance(value, float):
        return value * float(np.exp(rng.normal(0.0, 0.3))) or float(rng.uniform(0.1, 1.0))
    if isinstance(value, np.ndarray) and value.flags.writeable and value.size:
        if value.dtype.kind == "f":
            value[...] = _numbers(value, attempt, rng)
        elif value.dtype.kind in "iu":
            value[...] = rng.permutation(value.ravel()).reshape(value.shape)
    return value


def _numbers(
    value: np.ndarray[Any, Any], attempt: int, rng: np.random.Generator
) -> np.ndarray[Any, Any]:
    noise = rng.normal(size=value.shape)
    if attempt % 2:
        return np.asarray(value * (1.0 + 0.1 * noise))
    ways = (
        value * 10.0 ** rng.uniform(-2.0, 2.0),
        value * np.where(noise > 0.0, 1.0, -1.0),
        np.where(noise > 1.0, 0.0, value),
        float(np.std(value) or 1.0) * noise,
    )
    return np.asarray(ways[attempt // 2 % len(ways)])


def _effects(
    arrays: Sequence[np.ndarray[Any, Any]], before: Sequence[np.ndarray[Any, Any]], value: Any
) -> tuple[Any, ...]:
    results = _arrays([value])
    return (
        [not np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in _both(arrays, before)],
        [np.shares_memory(result, array) for result in results for array in arrays],
        [np.shares_memory(a, b) for a, b in _both(results, results[1:])],
        [result.dtype.str for result in results],
    )


def _both(
    some: Sequence[np.ndarray[Any, Any]], others: Sequence[np.ndarray[Any, Any]]
) -> Iterator[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    return zip(some, others, strict=False)


def _kept(value: Any) -> Any:
    """Data as they are now; of anything else, that there is something."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return [_kept(item) for item in value]
    if isinstance(value, (bool, int, float, complex, str, np.generic, type(None))):
        return value
    return "an object"


def _alike(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    return one[1] == other[1] and agree(one[0], other[0])


@contextmanager
def _time_limit() -> Iterator[None]:
    def stop(_number: int, _frame: types.FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
