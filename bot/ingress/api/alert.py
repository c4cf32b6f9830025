"""Alerts, for programs: find them, claim the next, and do to one what people do by button."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

import msgspec

from bot.domain.access.token import Scope
from bot.domain.actor import Actor
from bot.domain.alert.alert import State, parse_ref
from bot.domain.alert.signal import Link, Severity
from bot.domain.audit import Entry
from bot.domain.errors import InvalidInputError
from bot.domain.recurrence import recurrence
from bot.ingress.api.answer import (
    Doer,
    Limit,
    NewNote,
    Note,
    Nothing,
    Text,
    many,
    show_actor,
    show_actor_or_none,
)
from bot.ingress.api.route import Caller, Reply, Route
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import program
from bot.usecases.alert.lifecycle import Move
from bot.usecases.alert.program import Search, Seen

T = TypeVar("T", bound=msgspec.Struct)
Seconds = Annotated[int, msgspec.Meta(ge=1, le=86_400)]


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as it is now. ``recurrence`` is its signature's long life."""

    ref: str
    state: State
    severity: Severity
    name: str
    summary: str
    description: str
    labels: dict[str, str]
    links: tuple[Link, ...]
    namespace: str
    service: str
    target: str
    source: str
    signature: str
    recurrence: str
    occurrences: int
    flaps: int
    opened_at: datetime
    last_seen_at: datetime
    acked_at: datetime | None
    resolved_at: datetime | None
    resolved_by: Doer | None
    owner: Doer | None
    lease_expires_at: datetime | None
    note: str
    note_by: Doer | None


class Step(msgspec.Struct, frozen=True):
    """One thing that was done to it."""

    at: datetime
    actor: Doer
    action: str
    note: str
    before: dict[str, Any]
    after: dict[str, Any]


class AlertStory(Alert, frozen=True, kw_only=True):
    """One alert with what was done to it, oldest first, the newest 50 steps."""

    history: tuple[Step, ...]


class AlertPage(msgspec.Struct, frozen=True):
    """Newest first; ``next`` is the cursor of the next page, null on the last."""

    alerts: tuple[Alert, ...]
    next: str | None


class Which(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alerts: an empty field means any. ``text`` is looked for in name, service, namespace, target."""

    severity: Severity | tuple[Severity, ...] = ()
    name: Text = ""
    service: Text = ""
    namespace: Text = ""
    text: Text = ""


class AlertQuery(Which, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``owner`` is such as ``program:ci``, or ``me``; ``cursor`` is what the page before called ``next``."""

    state: State | tuple[State, ...] = ()
    owner: Text = ""
    limit: Limit = 20
    cursor: str = ""


class NextClaim(Which, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to work on next, and for how long; without ``lease_seconds`` as long as the desk says."""

    lease_seconds: Seconds | None = None


class Lease(Note, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``lease_seconds`` counts from now; without it the desk's own lease."""

    lease_seconds: Seconds | None = None


async def _list(caller: Caller, asked: AlertQuery) -> Reply:
    before = _read_cursor(asked.cursor)
    owner = str(caller.actor) if asked.owner == "me" else asked.owner
    search = msgspec.structs.replace(_search(asked), states=many(asked.state), owner=owner)
    found = await program.page(caller.desk, search, before=before, limit=asked.limit + 1)
    shown = found[: asked.limit]
    following = shown[-1].alert.ref if len(found) > len(shown) else None
    return Reply(AlertPage(tuple(_show(each) for each in shown), following))


async def _get(caller: Caller, _: Nothing) -> Reply:
    seen = await program.find(caller.desk, parse_ref(caller.ref))
    history = tuple(_step(entry) for entry in seen.entries)
    return Reply(AlertStory(**_fields(seen), history=history))


async def _claim_next(caller: Caller, asked: NextClaim) -> Reply:
    lease = _span(caller, asked.lease_seconds)
    seen = await program.claim_next(caller.desk, _search(asked), actor=caller.actor, lease=lease)
    return Reply(None, 204) if seen is None else Reply(_show(seen))


async def _perform(caller: Caller, move: Move, note: str) -> Reply:
    return Reply(_show(await program.perform(caller.desk, program.with_note(move, note))))


async def _claim(caller: Caller, asked: Lease) -> Reply:
    lease = _span(caller, asked.lease_seconds)
    return await _perform(caller, alerts.claiming(parse_ref(caller.ref), caller.actor, lease), asked.note)


async def _renew(caller: Caller, asked: Lease) -> Reply:
    lease = _span(caller, asked.lease_seconds)
    return await _perform(caller, program.renewing(parse_ref(caller.ref), caller.actor, lease), asked.note)


async def _annotate(caller: Caller, asked: NewNote) -> Reply:
    move = alerts.annotating(parse_ref(caller.ref), caller.actor, alerts.bounded(asked.note))
    return Reply(_show(await program.perform(caller.desk, move)))


def _move(make: Callable[[int, Actor], Move]) -> Callable[[Caller, Note], Awaitable[Reply]]:
    async def act(caller: Caller, asked: Note) -> Reply:
        return await _perform(caller, make(parse_ref(caller.ref), caller.actor), asked.note)

    return act


def _search(which: Which) -> Search:
    return Search(
        severities=many(which.severity),
        name=which.name,
        service=which.service,
        namespace=which.namespace,
        text=which.text.strip(),
    )


def _read_cursor(cursor: str) -> int | None:
    try:
        return parse_ref(cursor) if cursor else None
    except InvalidInputError:
        raise InvalidInputError("cursor", "must be what the page before called next") from None


def _span(caller: Caller, seconds: int | None) -> timedelta:
    return caller.desk.rules.lease if seconds is None else timedelta(seconds=seconds)


def _show(seen: Seen) -> Alert:
    return Alert(**_fields(seen))


def _fields(seen: Seen) -> dict[str, Any]:
    alert = seen.alert
    same = {name: getattr(alert, name) for name in Alert.__struct_fields__ if hasattr(alert, name)}
    return {
        **same,
        "source": seen.source,
        "recurrence": recurrence.format_ref(alert.recurrence_id),
        "resolved_by": show_actor_or_none(alert.resolved_by),
        "owner": show_actor_or_none(alert.owner),
        "note_by": show_actor_or_none(alert.note_by),
    }


def _step(entry: Entry) -> Step:
    before, after = (msgspec.json.decode(text, type=dict[str, Any]) for text in (entry.before, entry.after))
    return Step(entry.at, show_actor(entry.actor), entry.action, entry.note, before, after)


def _post(path: str, summary: str, takes: type[T], act: Callable[[Caller, T], Awaitable[Reply]]) -> Route[T]:
    return Route(
        method="POST",
        path=f"/v1/alerts/{{ref}}/{path}",
        scope=Scope.ALERTS_WRITE,
        summary=summary,
        takes=takes,
        act=act,
        answers={200: Alert},
    )


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/alerts",
        scope=Scope.ALERTS_READ,
        summary="Alerts, newest first",
        takes=AlertQuery,
        act=_list,
        answers={200: AlertPage},
    ),
    Route(
        method="GET",
        path="/v1/alerts/{ref}",
        scope=Scope.ALERTS_READ,
        summary="One alert with its history",
        takes=Nothing,
        act=_get,
        answers={200: AlertStory},
    ),
    Route(
        method="POST",
        path="/v1/alerts/claim",
        scope=Scope.ALERTS_WRITE,
        summary="Claim the most urgent alert that nobody has; of two who ask none gets the other's",
        takes=NextClaim,
        act=_claim_next,
        answers={200: Alert, 204: None},
    ),
    _post("claim", "Look at it, for the length of a lease", Lease, _claim),
    _post("renew", "Let the lease of a claim begin anew", Lease, _renew),
    _post("release", "End a claim; somebody else may look", Note, _move(alerts.releasing)),
    _post("fail", "Give a claim up; it waits for a person or a retry", Note, _move(program.failing)),
    _post("retry", "Let a failed alert wait again", Note, _move(program.retrying)),
    _post("ack", "Take it on", Note, _move(alerts.acknowledging)),
    _post("unack", "Give it back; somebody else has to look", Note, _move(alerts.unacknowledging)),
    _post("resolve", "It is over", Note, _move(alerts.resolving)),
    _post("note", "Write a note", NewNote, _annotate),
)
