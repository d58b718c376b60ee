"""Gradescope's submission_metadata.json: who handed in, on which a student's own data depend."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

__all__ = ["MetadataRefused", "emails", "vet_metadata"]


class _User(Struct):
    email: str | None = None


class _Metadata(Struct):
    users: list[_User] = []


class MetadataRefused(Exception):
    """A file that somebody named does not say who handed in. Nothing was written."""


def vet_metadata(metadata: Path) -> None:
    """Refuse a file that does not say who handed in: the student would get other data.

    For one that somebody named. On the platform, a grade with the usual data is better than none.
    """
    wanted = "expected Gradescope's submission_metadata.json"
    try:
        users = _users(metadata)
    except OSError as error:
        raise MetadataRefused(f"{metadata}: {wanted}. {error.strerror}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MetadataRefused(f"{metadata}: {wanted}, got something else: {error}.") from error
    if not users:
        raise MetadataRefused(f"{metadata}: {wanted}, got a file that names no users.")


def emails(metadata: Path) -> list[str]:
    """E-mail addresses of who handed in; none where the file does not say."""
    try:
        users = _users(metadata)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return []
    return [user.email or "" for user in users]


def _users(metadata: Path) -> list[_User]:
    return msgspec.json.decode(metadata.read_bytes(), type=_Metadata).users
