"""Audit log, for programs: who did what, how they were known, and what it changed."""

from datetime import datetime
from typing import Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.actor import Method
from bot.domain.alert.alert import parse_ref as parse_alert
from bot.domain.audit import AuditSearch, Sealed
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import parse_ref as parse_incident
from bot.domain.snowflake import is_snowflake
from bot.ingress.api.answer import Doer, Limit, Text, show_actor
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.admin import audit_log


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries: an empty field means any; of ``alert``, ``incident`` and ``subject`` one may be given.

    ``subject`` is such as ``source:prod`` or ``token:ci``, ``actor`` such as ``person:1234`` or
    ``program:ci``; ``cursor`` is what the page before called ``next``.
    """

    alert: Text = ""
    incident: Text = ""
    subject: Text = ""
    actor: Text = ""
    action: Text = ""
    limit: Limit = 20
    cursor: Text = ""


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. ``method`` is how the actor was known, null in entries from before that was kept.

    ``digest`` covers all of it and ``previous``, the digest of the entry before it.
    """

    id: int
    at: datetime
    actor: Doer
    method: Method | None
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    note: str
    previous: str
    digest: str


class AuditPage(msgspec.Struct, frozen=True):
    """Newest first; ``next`` is the cursor of the next page, null on the last."""

    entries: tuple[AuditEntry, ...]
    next: str | None


async def _list(caller: Caller, asked: AuditQuery) -> ApiReply:
    search = AuditSearch(subject=_subject(asked), actor=asked.actor, action=asked.action)
    before = _read_cursor(asked.cursor)
    found = await audit_log.page(caller.desk, search, before=before, limit=asked.limit + 1)
    shown = found[: asked.limit]
    following = str(shown[-1].id) if len(found) > len(shown) else None
    return ApiReply(AuditPage(tuple(map(_show, shown)), following))


def _subject(asked: AuditQuery) -> str:
    given = {
        "alert": f"alert:{parse_alert(asked.alert)}" if asked.alert else "",
        "incident": f"incident:{parse_incident(asked.incident)}" if asked.incident else "",
        "subject": asked.subject,
    }
    named = [field for field, subject in given.items() if subject]
    if len(named) > 1:
        raise InvalidInputError(named[1], f"give either it or {named[0]}")
    return given[named[0]] if named else ""


def _read_cursor(cursor: str) -> int | None:
    if not cursor:
        return None
    if not is_snowflake(cursor):
        raise InvalidInputError("cursor", "must be what the page before called next")
    return int(cursor)


def _show(sealed: Sealed) -> AuditEntry:
    entry = sealed.entry
    before, after = (msgspec.json.decode(text, type=dict[str, Any]) for text in (entry.before, entry.after))
    return AuditEntry(
        id=sealed.id,
        at=entry.at,
        actor=show_actor(entry.actor),
        method=entry.method,
        action=entry.action,
        subject=entry.subject,
        before=before,
        after=after,
        note=entry.note,
        previous=sealed.previous,
        digest=sealed.digest,
    )


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/audit",
        scope=Scope.AUDIT_READ,
        summary="The audit log, newest first",
        takes=AuditQuery,
        act=_list,
        answers={200: AuditPage},
    ),
)
