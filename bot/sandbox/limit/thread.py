"""The limits of channels and threads."""

from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET, UnsetType

from bot.sandbox.limit.form import Field

Json = dict[str, Any]
ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
MAX_SLOWMODE = 21_600
MAX_TAGS = 5
MAX_FORUM_TAGS = 20
DEFAULT_ARCHIVE = 4320


@dataclass(slots=True)
class ThreadDraft:
    """A thread to open."""

    name: str
    archive_minutes: int
    slowmode: int = 0
    tags: list[int] = field(default_factory=list)


@dataclass(slots=True)
class ThreadEdit:
    """Changes to a thread."""

    name: str | UnsetType = UNSET
    is_archived: bool | UnsetType = UNSET
    is_locked: bool | UnsetType = UNSET
    archive_minutes: int | UnsetType = UNSET
    slowmode: int | UnsetType = UNSET
    tags: list[int] | UnsetType = UNSET


def _tags(body: Field) -> list[int]:
    entries = body["applied_tags"].items(MAX_TAGS)
    return [tag for entry in entries if (tag := entry.snowflake()) is not None]


@dataclass(slots=True)
class TagDraft:
    """A tag that a forum is to have; without an id it is a new one."""

    id: int | None
    name: str
    is_moderated: bool


def read_tags(body: Field) -> list[TagDraft] | None:
    """The whole list of a forum's tags, none when it is not sent."""
    if "available_tags" not in body:
        return None
    return [
        TagDraft(
            entry["id"].snowflake(),
            entry["name"].text(20, low=1, required=True) or "",
            entry["moderated"].flag(),
        )
        for entry in body["available_tags"].items(MAX_FORUM_TAGS)
    ]


def read_thread(body: Field, default_archive: int | None) -> ThreadDraft:
    """A thread to open; the caller settles the form, for a forum post has a message beside it."""
    body.table()
    return ThreadDraft(
        name=body["name"].text(100, low=1, required=True) or "",
        archive_minutes=body["auto_archive_duration"].one_of(ARCHIVE_MINUTES)
        or default_archive
        or DEFAULT_ARCHIVE,
        slowmode=body["rate_limit_per_user"].integer(0, MAX_SLOWMODE) or 0,
        tags=_tags(body),
    )


def read_thread_edit(body: Field) -> ThreadEdit:
    """Changes to a thread.

    Raises:
        ApiError: 50035 for any rule of form.
    """
    body.table()
    edit = ThreadEdit()
    if body["name"].is_given:
        edit.name = body["name"].text(100, low=1) or ""
    if body["archived"].is_given:
        edit.is_archived = body["archived"].flag()
    if body["locked"].is_given:
        edit.is_locked = body["locked"].flag()
    if body["auto_archive_duration"].is_given:
        edit.archive_minutes = body["auto_archive_duration"].one_of(ARCHIVE_MINUTES) or DEFAULT_ARCHIVE
    if body["rate_limit_per_user"].is_given:
        edit.slowmode = body["rate_limit_per_user"].integer(0, MAX_SLOWMODE) or 0
    if body["applied_tags"].is_given:
        edit.tags = _tags(body)
    body.form.settle()
    return edit
