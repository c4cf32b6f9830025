"""Release: may this service go out in this environment now, and who let it pass all the same.

Law: whoever may not be told of something is not told of it here; a block can be passed by for a bounded time,
with a reason, and the audit log and the open incidents of the service hold it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert, State, format_ref
from bot.domain.alert.search import AlertCriteria
from bot.domain.alert.signal import ENVIRONMENT, Severity
from bot.domain.audit import Entry
from bot.domain.errors import InvalidInputError
from bot.domain.gate.gate import (
    MAX_BYPASS,
    MAX_REASON,
    Blocker,
    BlockerKind,
    Bypass,
    GateDecision,
    Level,
    decide,
    missed,
)
from bot.domain.incident.incident import Incident, IncidentState
from bot.domain.incident.incident import format_ref as format_incident
from bot.domain.incident.search import IncidentFilter
from bot.domain.incident.timeline import Kind, TimelineDraft
from bot.domain.sight import EVERYTHING, Sight, Subject, SubjectRef
from bot.domain.text import cut, one_line
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction

MAX_NAME: Final = 100
_MOST: Final = 500  # alerts and incidents that are looked at
_OPEN: Final = tuple(state for state in State if state.open)
_UNSEEN: Final = "something in a channel that you do not see"


async def ask(desk: Desk, service: str = "", env: str = "", *, sight: Sight = EVERYTHING) -> GateDecision:
    """Pass or block, with reasons; an empty ``service`` or ``env`` means all of them.

    An alert that does not say its environment speaks against all. What ``sight`` does not reach speaks
    against it too, but is not named.

    Raises:
        NotDurableError: the database cannot be read.
    """
    now = desk.clock.now()
    return await desk.storage.read(lambda tx: _ask(tx, desk, _name(service), _name(env), now, sight))


async def report(desk: Desk, level: Level, *, actor: Actor) -> Level:
    """Take the report of a service level in; the last one counts.

    Raises:
        InvalidInputError: it names no service, or a figure cannot be.
    """
    if not _name(level.service):
        raise InvalidInputError("service", "must name the service")
    for field in ("latency_p95_ms", "max_latency_p95_ms", "error_rate", "max_error_rate"):
        value = getattr(level, field)
        if value is not None and not 0 <= value <= (1 if field.endswith("rate") else 1e9):
            raise InvalidInputError(
                field, "must be from 0 to 1" if field.endswith("rate") else "must be 0 or more"
            )
    kept = msgspec.structs.replace(level, service=_name(level.service), env=_name(level.env))

    def report_release(tx: Transaction) -> None:
        tx.gates.report(desk.project.id, kept)
        about = f"service:{kept.service}"
        after = encode({"env": kept.env, "p95_ms": kept.latency_p95_ms, "error_rate": kept.error_rate})
        tx.audit.append(
            desk.project.id, Entry(at=level.at, actor=actor, action="slo", subject=about, after=after)
        )

    await desk.storage.write(report_release)
    return kept


async def pass_by(
    desk: Desk,
    service: str,
    env: str,
    *,
    actor: Actor,
    reason: str,
    lasts: timedelta,
    sight: Sight = EVERYTHING,
) -> GateDecision:
    """Let pass what would be blocked, for a while.

    Raises:
        InvalidInputError: no reason is given, or it lasts too long.
    """
    words = one_line(reason)
    if not words or len(words) > MAX_REASON:
        raise InvalidInputError("reason", f"must say why, in at most {MAX_REASON} characters")
    if not timedelta() < lasts <= MAX_BYPASS:
        raise InvalidInputError("minutes", f"must be from 1 to {MAX_BYPASS // timedelta(minutes=1)}")
    now = desk.clock.now()
    bypass = Bypass(
        service=_name(service), env=_name(env), reason=words, actor=actor, at=now, until=now + lasts
    )

    def do_pass_by(tx: Transaction) -> GateDecision:
        tx.gates.pass_by(desk.project.id, bypass)
        _tell_incidents(tx, desk, bypass, sight)
        after = encode({"reason": words, "until": bypass.until.isoformat(), "env": bypass.env})
        about = f"gate:{bypass.service or '*'}"
        entry = Entry(at=now, actor=actor, action="gate.bypass", subject=about, after=after, note=words)
        tx.audit.append(desk.project.id, entry)
        return _ask(tx, desk, bypass.service, bypass.env, now, sight)

    return await desk.storage.write(do_pass_by)


def _ask(
    tx: Transaction, desk: Desk, service: str, env: str, now: datetime, sight: Sight = EVERYTHING
) -> GateDecision:
    policy = desk.rules.gate
    reasons = [
        *(
            _seen(tx, desk, sight, SubjectRef(Subject.ALERT, alert.id), _of_alert(alert))
            for alert in _criticals(tx, desk, service, env)
        ),
        *(
            _seen(tx, desk, sight, SubjectRef(Subject.INCIDENT, incident.id), _of_incident(incident))
            for incident in _incidents(tx, desk, service)
        ),
        *missed(tx.gates.levels(desk.project.id, service, env), policy, now),
    ]
    bypass = tx.gates.bypass(desk.project.id, service, env, now=now)
    return decide(service, env, reasons, policy=policy, bypass=bypass, now=now)


def _seen(tx: Transaction, desk: Desk, sight: Sight, asked: SubjectRef, reason: Blocker) -> Blocker:
    if sight == EVERYTHING or tx.audiences.sees(desk.project.id, sight, asked):
        return reason
    return Blocker(reason.cause, "", _UNSEEN)


def _criticals(tx: Transaction, desk: Desk, service: str, env: str) -> Iterator[Alert]:
    search = AlertCriteria(states=_OPEN, severities=(Severity.CRITICAL,), service=service)
    for alert in tx.alert_search.page(desk.project.id, search, before=None, limit=_MOST):
        said = {alert.labels[name] for name in ENVIRONMENT if alert.labels.get(name)}
        if not env or not said or env in {alert.namespace, *said}:
            yield alert


def _incidents(tx: Transaction, desk: Desk, service: str) -> list[Incident]:
    which = IncidentFilter(states=(IncidentState.OPEN, IncidentState.MITIGATING))
    found = tx.incidents.listing(desk.project.id, which, offset=0, limit=_MOST)
    return [incident for incident in found if not service or incident.service in {"", service}]


def _of_alert(alert: Alert) -> Blocker:
    name = cut(alert.name, 120)
    return Blocker(BlockerKind.CRITICAL, format_ref(alert.id), f"{name} is {alert.state}")


def _of_incident(incident: Incident) -> Blocker:
    words = f"{cut(incident.title, 120)} is {incident.state} ({incident.severity})"
    return Blocker(BlockerKind.INCIDENT, format_incident(incident.id), words)


def _tell_incidents(tx: Transaction, desk: Desk, bypass: Bypass, sight: Sight) -> None:
    text = f"The release gate of {bypass.service or 'all services'} was passed by: {bypass.reason}"
    draft = TimelineDraft(kind=Kind.NOTE, at=bypass.at, actor=bypass.actor, text=text)
    entries = [
        (incident.id, draft)
        for incident in _incidents(tx, desk, bypass.service)
        if tx.audiences.sees(desk.project.id, sight, SubjectRef(Subject.INCIDENT, incident.id))
    ]
    if entries:
        tx.timelines.append(entries, now=bypass.at)


def _name(text: str) -> str:
    return cut(one_line(text), MAX_NAME)
