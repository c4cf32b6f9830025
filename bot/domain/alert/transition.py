"""Transition: what each trigger makes of an alert, beyond its state; the table in `alert` has the last word.

Every function raises `IllegalTransitionError` (or `ConflictError`, when the claim is somebody else's) and
returns the alert as it is afterwards.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from bot.domain.actor import SILENCE, Actor
from bot.domain.alert.alert import Alert, IllegalTransitionError, State, Trigger, next_state
from bot.domain.alert.episode import is_silent
from bot.domain.alert.flap import CALM
from bot.domain.alert.quiet import ENDED_BY_RESOLVE, QuietKind
from bot.domain.errors import ConflictError

UNDO: Final = timedelta(minutes=10)
"""In which a resolve can be taken back as if it had not been."""


def acknowledge(
    alert: Alert,
    actor: Actor,
    now: datetime,
    note: str = "",
    *,
    until: datetime | None = None,
    renews: bool = False,
) -> Alert:
    """``actor`` takes it on, for good or ``until`` then; who has it already ``renews`` that."""
    goes_on = renews and alert.state is State.ACKED and _has(alert, actor)
    acked = replace(
        alert,
        state=alert.state if goes_on else next_state(alert, Trigger.ACK),
        owner=actor,
        acked_at=alert.acked_at if goes_on else now,
        ack_until=until,
        lease_expires_at=None,
        escalated_from=None,
        retry_at=None,
        claims=alert.claims + (not _has(alert, actor)),
    )
    return annotate(acked, actor, note) if note else acked


def unacknowledge(alert: Alert) -> Alert:
    """Somebody else has to look."""
    state = next_state(alert, Trigger.UNACK)
    return replace(alert, state=state, owner=None, acked_at=None, ack_until=None)


def unacknowledge_own(alert: Alert, actor: Actor) -> Alert:
    """Take an acknowledgement back, if ``actor`` gave it: one's own emoji is gone."""
    changed = unacknowledge(alert)
    _demand_owner(alert, actor)
    return changed


def hand_over(alert: Alert, giver: Actor, taker: Actor) -> Alert:
    """The giver has it no more, and somebody else who set a mark of their own does."""
    unacknowledge_own(alert, giver)
    return replace(alert, owner=taker)


def claim(alert: Alert, actor: Actor, now: datetime, lease: timedelta) -> Alert:
    """``actor`` looks at it until the lease runs out."""
    state = next_state(alert, Trigger.CLAIM)
    expires = now + lease
    return replace(alert, state=state, owner=actor, lease_expires_at=expires, claims=alert.claims + 1)


def release(alert: Alert, actor: Actor) -> Alert:
    """The owner ends the claim."""
    state = next_state(alert, Trigger.RELEASE)
    _demand_owner(alert, actor)
    return replace(alert, state=state, owner=None, lease_expires_at=None)


def fail(
    alert: Alert, actor: Actor, note: str = "", *, error: str = "", retry_at: datetime | None = None
) -> Alert:
    """The owner of the claim gives up, because of ``error``; it waits for ``retry_at`` or for a person."""
    state = next_state(alert, Trigger.FAIL)
    _demand_owner(alert, actor)
    failed = replace(
        alert,
        state=state,
        owner=None,
        lease_expires_at=None,
        attempts=alert.attempts + 1,
        last_error=error or alert.last_error,
        retry_at=retry_at,
    )
    return annotate(failed, actor, note) if note else failed


def retry(alert: Alert) -> Alert:
    """Somebody wants a failed alert to be tried again, from the first attempt on."""
    return replace(alert, state=next_state(alert, Trigger.RETRY), attempts=0, retry_at=None)


def retry_due(alert: Alert, now: datetime) -> Alert:
    """The pause after a failed attempt is over."""
    state = next_state(alert, Trigger.RETRY)
    if alert.retry_at is None or alert.retry_at > now:
        raise IllegalTransitionError(alert, Trigger.RETRY)
    return replace(alert, state=state, retry_at=None)


def resolve(alert: Alert, actor: Actor, now: datetime, note: str = "") -> Alert:
    """Resolve an alert; who had it stays known. For one that expired this confirms the end."""
    resolved = replace(
        alert,
        state=State.RESOLVED if alert.expired else next_state(alert, Trigger.RESOLVE),
        resolved_at=now,
        resolved_by=actor,
        lease_expires_at=None,
        silent_after=None,
        retry_at=None,
        ack_until=None,
        quiet_kinds=alert.quiet_kinds - ENDED_BY_RESOLVE,
    )
    return annotate(resolved, actor, note) if note else resolved


def reopen(alert: Alert, now: datetime, silence: timedelta | None) -> Alert:
    """Reopen an alert. Within `UNDO` of the resolve whoever had acknowledged it has it again.

    ``silence`` is after what time a sender that never resolves would end it. What has expired already does
    not expire again, unless its sender is heard of: a person said that it is broken.
    """
    is_undo = alert.resolved_at is not None and now - alert.resolved_at <= UNDO
    kept = is_undo and alert.owner is not None and alert.acked_at is not None
    return replace(
        alert,
        state=next_state(alert, Trigger.RESTORE if kept else Trigger.REOPEN),
        owner=alert.owner if kept else None,
        acked_at=alert.acked_at if kept else None,
        resolved_at=None,
        resolved_by=None,
        silent_after=now + silence if silence is not None and not alert.expired else None,
    )


def calm_down(alert: Alert, now: datetime) -> Alert:
    """End flapping, after a window without a change: people may be called again.

    Raises:
        ConflictError: it has, meanwhile.
    """
    if alert.flapping.quiet_until is None or alert.flapping.holds(now):
        raise ConflictError(f"{alert.ref} is not calm.")
    return replace(alert, flapping=CALM, quiet_kinds=alert.quiet_kinds - {QuietKind.FLAP})


def annotate(alert: Alert, actor: Actor, note: str) -> Alert:
    """The newest note stands on the card."""
    return replace(alert, note=note, note_by=actor)


def expire_lease(alert: Alert, now: datetime) -> Alert:
    """The claim has run out."""
    state = next_state(alert, Trigger.LEASE_EXPIRE)
    if alert.lease_expires_at is None or alert.lease_expires_at > now:
        raise IllegalTransitionError(alert, Trigger.LEASE_EXPIRE)
    return replace(alert, state=state, owner=None, lease_expires_at=None)


def end_ack(alert: Alert, now: datetime) -> Alert:
    """The time of the acknowledgement is over, and nobody said that it takes longer."""
    if alert.ack_until is None or alert.ack_until > now:
        raise IllegalTransitionError(alert, Trigger.UNACK)
    return unacknowledge(alert)


def prolong(alert: Alert, until: datetime) -> Alert:
    """Who acknowledged it has it for longer."""
    if alert.state is not State.ACKED:
        raise IllegalTransitionError(alert, Trigger.ACK)
    return replace(alert, ack_until=until)


def snooze(alert: Alert) -> Alert:
    """Nobody is rung for it until the snooze ends; it stays what it is.

    Raises:
        ConflictError: it is over.
    """
    if not alert.state.open:
        raise ConflictError(f"{alert.ref} is {alert.state}; there is nothing to snooze.")
    return replace(alert, quiet_kinds=alert.quiet_kinds | {QuietKind.SNOOZE})


def wake(alert: Alert) -> Alert:
    """The snooze is over.

    Raises:
        ConflictError: it was over already.
    """
    if QuietKind.SNOOZE not in alert.quiet_kinds:
        raise ConflictError(f"{alert.ref} is not snoozed.")
    return replace(alert, quiet_kinds=alert.quiet_kinds - {QuietKind.SNOOZE})


def end_by_silence(alert: Alert, now: datetime) -> Alert:
    """End an alert that was not repeated for its time to live, that nobody has and that is no critical.

    Nor was anybody called for it since: what was given back or came back waits for a person.
    """
    over = is_silent(alert.silent_after, alert.severity, now, owned=alert.state is not State.NEW)
    called = alert.loud_since is not None and alert.loud_since > (alert.silent_after or now)
    if not over or called:
        raise IllegalTransitionError(alert, Trigger.RESOLVE)
    return resolve(alert, SILENCE, now)


def _demand_owner(alert: Alert, actor: Actor) -> None:
    if not _has(alert, actor):
        holder = alert.owner.mention if alert.owner else "nobody"
        raise ConflictError(f"{alert.ref} is held by {holder}, not by you.")


def _has(alert: Alert, actor: Actor) -> bool:
    return alert.owner is not None and str(alert.owner) == str(actor)
