"""Proxies of what lives in the student's process: modules, functions, objects and their methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from grader.outcomes import CheckFailed, Finding

from . import wire, words

if TYPE_CHECKING:
    from .student import Answer, Student


class ModuleProxy:
    """A module of the student's: its attributes are functions to call."""

    def __init__(self, student: Student, name: str) -> None:
        self._student = student
        self._name = name

    def __getattr__(self, name: str) -> FunctionProxy:
        """A function or class of the module; whether it is there shows when it is called."""
        if name.startswith("_"):
            raise AttributeError(name)
        return FunctionProxy(self._student, f"{self._name}.{name}")


class FunctionProxy:
    """A function or class of the student's."""

    def __init__(self, student: Student, name: str) -> None:
        self._student = student
        self.name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with data, get data."""
        return self._student.call_object(-1, self.name, args, kwargs, self.name).value


class ObjectProxy:
    """An object that lives inside: attributes are read, methods called, iterators iterated."""

    stands_for: ClassVar = "an object that is no data (of a class of its own, or a generator)"

    def __init__(self, student: Student, number: int, type_name: str, name: str) -> None:
        self._student = student
        self._generation = student.generation
        self._name = name
        self._type_name = type_name
        # Of one object of a class it is asked which attributes are methods, not of each.
        self._methods = student.methods.setdefault(type_name, set())
        self.number = number

    def __getattr__(self, name: str) -> Any:
        """A method to call, or the value of an attribute."""
        if name.startswith("_"):
            raise AttributeError(name)
        self._check_alive()
        # What was a method is asked for no second time: its calls look it up inside.
        if name not in self._methods:
            value = self._student.ask(wire.Attribute(self.number, name), f"{self._name}.{name}")
            if not isinstance(value, wire.FunctionData):
                return value
            self._methods.add(name)
        return MethodProxy(self, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object itself."""
        return self.call("", *args, **kwargs).value

    def __iter__(self) -> Iterator[Any]:
        """Iterate over what the object yields, one message each."""
        while True:
            self._check_alive()
            try:
                yield self._student.ask(wire.Next(self.number), self._name)
            except CheckFailed as error:
                if error.finding.kind == "raised" and "StopIteration" in error.finding.lead:
                    return
                raise

    def call(self, method: str, *args: Any, trace_lines: bool = False, **kwargs: Any) -> Answer:
        """Call a method and return the whole answer."""
        self._check_alive()
        name = f"{self._name}.{method}" if method else self._name
        return self._student.call_object(
            self.number, method, args, kwargs, name, trace_lines=trace_lines
        )

    def in_turn(
        self, method: str, arguments: Sequence[tuple[Any, ...]], read: str = ""
    ) -> list[Any]:
        """Call a method with each of these arguments, all in one message; what each call returned.

        With `read`, what that method returned after each call.
        """
        self._check_alive()
        after = [(read, ())] if read else []
        calls = [call for args in arguments for call in ((method, args), *after)]
        answers = self._student.call_in_turn(self.number, calls, self._name)
        return [answer.value for answer in answers[len(after) :: 1 + len(after)]]

    def read(self) -> Any:
        """The present content, of an array that lives inside."""
        self._check_alive()
        return self._student.ask(wire.Read(self.number), self._name)

    def _check_alive(self) -> None:
        if self._student.generation != self._generation:
            raise CheckFailed(
                Finding(
                    kind="crash",
                    lead=f"The object of {words.shown(self._name)} is gone with its process.",
                    evidence=("An earlier call ended the process, or did not end in time.",),
                    function=self._name,
                )
            )


class MethodProxy:
    """A method of an object that lives inside."""

    def __init__(self, owner: ObjectProxy, name: str) -> None:
        self._owner = owner
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with data, get data."""
        return self._owner.call(self._name, *args, **kwargs).value
