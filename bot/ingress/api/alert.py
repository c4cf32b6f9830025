"""Alerts, for programs: find them, claim the next, and do to one what people do by button."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

import msgspec

from bot.domain.access.token import Scope
from bot.domain.alert.alert import State, parse_ref
from bot.domain.alert.ref import SourceRef, find_refs
from bot.domain.alert.search import AlertCriteria
from bot.domain.alert.signal import ENVIRONMENT, Link, Severity
from bot.domain.audit import Entry
from bot.domain.errors import InvalidInputError
from bot.domain.recurrence import recurrence as recurrence_model
from bot.ingress.api.answer import (
    Doer,
    Limit,
    Nothing,
    Text,
    many,
    show_actor,
    show_actor_or_none,
)
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.alert import program
from bot.usecases.alert.program import AlertHistory

T = TypeVar("T", bound=msgspec.Struct)
Minutes = Annotated[int, msgspec.Meta(ge=1, le=527_040)]


class AlertBody(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as it is now. ``recurrence`` is its signature's long life.

    ``severity_word`` is the sender's own word, ``annotations`` what else it said, ``env`` what its labels
    say. ``attempts`` were given up, the last with ``last_error``; at ``retry_at`` it is new again by
    itself. ``expired``: nothing more was heard of it, and nobody has confirmed that it is over.
    """

    ref: str
    state: State
    severity: Severity
    severity_word: str
    name: str
    summary: str
    description: str
    labels: dict[str, str]
    links: tuple[Link, ...]
    annotations: dict[str, str]
    source_refs: tuple[SourceRef, ...]
    namespace: str
    service: str
    target: str
    env: str
    source: str
    signature: str
    recurrence: str
    occurrences: int
    flaps: int
    opened_at: datetime
    last_seen_at: datetime
    acked_at: datetime | None
    ack_until: datetime | None
    resolved_at: datetime | None
    resolved_by: Doer | None
    expired: bool
    owner: Doer | None
    lease_expires_at: datetime | None
    attempts: int
    last_error: str
    retry_at: datetime | None
    note: str
    note_by: Doer | None


class AlertStep(msgspec.Struct, frozen=True):
    """One thing that was done to it."""

    at: datetime
    actor: Doer
    action: str
    note: str
    before: dict[str, Any]
    after: dict[str, Any]


class AlertStory(AlertBody, frozen=True, kw_only=True):
    """One alert with what was done to it, oldest first, the newest 50 steps."""

    history: tuple[AlertStep, ...]


class AlertPageBody(msgspec.Struct, frozen=True):
    """Newest first; ``next`` is the cursor of the next page, null on the last.

    ``total`` counts all that match.
    """

    alerts: tuple[AlertBody, ...]
    next: str | None
    total: int


class Which(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alerts: an empty field means any. ``text`` is looked for in name, service, namespace, target.

    ``env`` is a namespace or a label such as ``env`` or ``environment``, ``source`` the name of a source;
    ``window_minutes`` leaves out what was last seen before. A token sees one ``project``, its own.
    """

    severity: Severity | tuple[Severity, ...] = ()
    name: Text = ""
    service: Text = ""
    namespace: Text = ""
    env: Text = ""
    source: Text = ""
    window_minutes: Minutes | None = None
    project: Text = ""
    text: Text = ""


class AlertQuery(Which, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``owner`` is such as ``program:ci``, or ``me``; ``cursor`` is what the page before called ``next``."""

    state: State | tuple[State, ...] = ()
    owner: Text = ""
    limit: Limit = 20
    cursor: str = ""


async def _list(caller: Caller, asked: AlertQuery) -> ApiReply:
    before = _read_cursor(asked.cursor)
    owner = str(caller.actor) if asked.owner == "me" else asked.owner
    search = msgspec.structs.replace(
        search_of(asked, caller.desk.clock.now()), states=many(asked.state), owner=owner
    )
    found, total = await program.page(caller.desk, search, before=before, limit=asked.limit + 1)
    shown = found[: asked.limit]
    following = shown[-1].alert.ref if len(found) > len(shown) else None
    return ApiReply(AlertPageBody(tuple(show(each) for each in shown), following, total))


async def _get(caller: Caller, _: Nothing) -> ApiReply:
    seen = await program.find(caller.desk, parse_ref(caller.ref))
    history = tuple(_step(entry) for entry in seen.entries)
    return ApiReply(AlertStory(**fields_of(seen), history=history))


def search_of(which: Which, now: datetime) -> AlertCriteria:
    """What to look for."""
    return AlertCriteria(
        severities=many(which.severity),
        name=which.name,
        service=which.service,
        namespace=which.namespace,
        env=which.env,
        source=which.source,
        project=which.project,
        since=None if which.window_minutes is None else now - timedelta(minutes=which.window_minutes),
        text=which.text.strip(),
    )


def _read_cursor(cursor: str) -> int | None:
    try:
        return parse_ref(cursor) if cursor else None
    except InvalidInputError:
        raise InvalidInputError("cursor", "must be what the page before called next") from None


def show(seen: AlertHistory) -> AlertBody:
    """An alert as programs see it."""
    return AlertBody(**fields_of(seen))


def fields_of(seen: AlertHistory) -> dict[str, Any]:
    """The fields of an `AlertBody`."""
    alert = seen.alert
    same = {name: getattr(alert, name) for name in AlertBody.__struct_fields__ if hasattr(alert, name)}
    return {
        **same,
        "source": seen.source,
        "annotations": alert.said,
        "source_refs": find_refs(alert.links, alert.labels, alert.said),
        "env": next((alert.labels[name] for name in ENVIRONMENT if alert.labels.get(name)), ""),
        "recurrence": recurrence_model.format_ref(alert.recurrence_id),
        "resolved_by": show_actor_or_none(alert.resolved_by),
        "owner": show_actor_or_none(alert.owner),
        "note_by": show_actor_or_none(alert.note_by),
    }


def _step(entry: Entry) -> AlertStep:
    before, after = (msgspec.json.decode(text, type=dict[str, Any]) for text in (entry.before, entry.after))
    return AlertStep(entry.at, show_actor(entry.actor), entry.action, entry.note, before, after)


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/alerts",
        scope=Scope.ALERTS_READ,
        summary="Alerts, newest first",
        takes=AlertQuery,
        act=_list,
        answers={200: AlertPageBody},
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
)
