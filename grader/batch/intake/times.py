"""Moments as exports and tables write them, and as ISO 8601 in UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

__all__ = ["iso", "read_time"]

# Ruby writes '2023-09-21 10:11:12.000000000 Z', JSON '2023-09-21T10:11:12.123-07:00', people less.
_TIME = re.compile(
    r"(?P<day>\d{4}-\d{1,2}-\d{1,2})(?:[Tt]|[ \t]+)"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,12}))?)?"
    r"[ \t]*(?:(?P<utc>[Zz]|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?)?"
)


def read_time(text: str, zone: timezone | None = None) -> datetime | None:
    """The moment that a text states, in UTC; None where it states none.

    A text without an offset is in `zone`, UTC if none is given: so YAML has it.

    >>> read_time("2023-09-21 10:11:12.500000000 -07:00")
    datetime.datetime(2023, 9, 21, 17, 11, 12, 500000, tzinfo=datetime.timezone.utc)
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    if found["sign"]:
        offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
        offset = -offset if found["sign"] == "-" else offset
    elif found["utc"] or zone is None:
        offset = timedelta()
    else:
        offset = zone.utcoffset(None)
    year, month, day = map(int, found["day"].split("-"))
    clock = (int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    microseconds = int((found["part"] or "").ljust(6, "0")[:6])
    try:
        local = datetime(year, month, day, *clock, microseconds, tzinfo=timezone.utc)
        return local - offset
    except (ValueError, OverflowError):
        return None


def iso(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC, which `datetime.fromisoformat` reads in every Python.

    >>> iso(datetime(2023, 9, 21, 10, 11, 12, tzinfo=timezone.utc))
    '2023-09-21T10:11:12+00:00'
    """
    return moment.astimezone(timezone.utc).isoformat()
