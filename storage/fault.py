"""Fault: what a database's error means: that it is out of reach, or that the statement is wrong."""

import errno
import sqlite3
from typing import Final, TypeAlias

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

Trouble: TypeAlias = DBAPIError | NoConnectionError | OSError
TROUBLES: Final = (DBAPIError, NoConnectionError, OSError)

# Connection trouble, insufficient resources, operator intervention, system error (PostgreSQL, appendix A).
_UNAVAILABLE_CLASSES: Final = frozenset({"08", "53", "57", "58"})
_UNAVAILABLE_STATES: Final = frozenset({"25006", "55P03"})  # read-only, a lock that is not given
# asyncpg was at work when its connection broke, and only its own state machine complains.
_TORN: Final = "InternalClientError"
_DISK_FULL: Final = "53100"
_RETRIED_STATES: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock


class OvertakenError(Exception):
    """Another process wrote the same row first: a transaction that is careful from its beginning passes."""


def is_out_of_reach(error: Trouble) -> bool:
    """Whether the fault is the database's (locked, full, gone, read-only) and not the statement's."""
    if not isinstance(error, DBAPIError):
        return True
    if state := getattr(error.orig, "sqlstate", None):
        return state[:2] in _UNAVAILABLE_CLASSES or state in _UNAVAILABLE_STATES
    if type(error.orig).__name__ == _TORN:
        return True
    broken = ("no such", "syntax error", "too many")
    words = str(error.orig)
    return isinstance(error, OperationalError | InterfaceError) and not any(each in words for each in broken)


def is_worth_another_try(error: DBAPIError) -> bool:
    """Whether two transactions were in each other's way, and the same one may pass now."""
    return getattr(error.orig, "sqlstate", None) in _RETRIED_STATES


def in_words(error: BaseException) -> str:
    """The database's own words, without statement and parameters (they may hold people's text)."""
    cause = getattr(error, "orig", None) or error
    if _is_full(cause):
        return "the disk of the database is full: make room on it, and Tocsin goes on by itself"
    return f"the database cannot be written now ({type(cause).__name__}: {str(cause)[:200]})"


def _is_full(cause: BaseException) -> bool:
    return (
        getattr(cause, "sqlstate", None) == _DISK_FULL
        or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(cause, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    )
