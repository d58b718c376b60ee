"""Which checks may be run in one worker, one after another.

What a check hands in may come out in the results of those after it. That tells nobody anything new
as long as these show no more of a failure, and no sooner, than the check itself does.
"""

from __future__ import annotations

from msgspec import Struct


class Group(Struct, frozen=True):
    """Checks whose results show equally much, at the same times."""

    detail: int
    """How much of a failure they show: the more, the larger."""
    times: frozenset[str]
    """When they show it: each is an event of which nobody knows which of them comes first."""

    def may_follow(self, earlier: Group) -> bool:
        """Whether its checks may be run in a worker in which those of an earlier one were."""
        return self.detail <= earlier.detail and self.times <= earlier.times
