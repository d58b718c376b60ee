"""What a check needs of a student: the same behind the wall and, for trusted code, in process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from grader.exchange import Exchange
from grader.outcomes import CodeLine


class Answer(Protocol):
    """What came back from one call of a student's function.

    `mutated` names the array arguments that were changed; `lines` are the executed Python lines
    and calls, `entered` the student's own functions, both only where they were asked for;
    `code` says where the function is defined.
    """

    @property
    def value(self) -> Any:
        """What was returned, as plain data or as the proxy of an object."""

    @property
    def mutated(self) -> tuple[str, ...]:
        """Names or positions of changed array arguments."""

    @property
    def lines(self) -> int | None:
        """Executed lines and calls."""

    @property
    def entered(self) -> tuple[str, ...]:
        """The student's functions that ran."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings that Python or numpy gave."""

    @property
    def printed(self) -> str:
        """What the call printed."""

    @property
    def code(self) -> tuple[CodeLine, ...]:
        """Where the function is defined."""


class Student(Protocol):
    """A student's modules: `call` by dotted name, or as attributes (`student.losses.svm`)."""

    @property
    def last(self) -> Answer:
        """The answer of the last call."""

    @property
    def history(self) -> Sequence[Exchange]:
        """What was asked so far, and what came of it."""

    @property
    def asked(self) -> Iterable[str]:
        """Names of the functions that were called, in order."""

    def call(self, name: str, /, *args: Any, trace_lines: bool = False, **kwargs: Any) -> Answer:
        """Call a function. Raises CheckFailed for all that is the student's doing."""

    def call_each(
        self,
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        which: int | str,
        points: Sequence[Any],
        element: int = 0,
    ) -> list[Any]:
        """One element of what a function returns for each of these values of one argument."""

    def array(self, content: Any, /) -> Any:
        """An array that lives with the student's code; `.read()` gives its current content."""

    def __getattr__(self, name: str) -> Any: ...
