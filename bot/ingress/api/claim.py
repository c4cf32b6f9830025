"""Claims, for programs: take what is most urgent, and do to it what people do by button.

What a claim gave out as ``claim_token`` is shown for whatever is done to the alert while it is claimed.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Final, TypeVar

import msgspec

from bot.domain.access.token import Scope
from bot.domain.actor import Actor
from bot.domain.alert.alert import parse_ref
from bot.domain.alert.claim import MAX_OWNER, MAX_TOKEN, Proof, make_token, worker_of
from bot.domain.alert.signal import Severity
from bot.domain.alert.verb import VERBS
from bot.ingress.api.alert import AlertBody, Which, fields_of, search_of, show
from bot.ingress.api.answer import NewNote, Note, Words
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.alert import claim, program
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import retry as retries
from bot.usecases.alert.lifecycle import LONGEST_ACK
from bot.usecases.alert.move import Move, bounded
from bot.usecases.alert.program import AlertHistory

T = TypeVar("T", bound=msgspec.Struct)
Seconds = Annotated[int, msgspec.Meta(ge=1, le=86_400)]
Pause = Annotated[int, msgspec.Meta(ge=0, le=604_800)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=int(LONGEST_ACK / timedelta(minutes=1)))]
Many = Annotated[int, msgspec.Meta(ge=1, le=100)]
Owner = Annotated[str, msgspec.Meta(max_length=MAX_OWNER)]
Token = Annotated[str, msgspec.Meta(max_length=MAX_TOKEN)]


class ClaimedAlert(AlertBody, frozen=True, kw_only=True):
    """An alert that is claimed now; show its ``claim_token`` for whatever you do to it."""

    claim_token: str


class ClaimedAlerts(msgspec.Struct, frozen=True):
    """The most urgent first; none when nothing waits."""

    alerts: tuple[ClaimedAlert, ...]


class NextClaim(Which, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to work on next, at most ``limit`` alerts, for ``lock_ttl_seconds`` (else as the desk says).

    ``owner`` names the worker, where several share a token.
    """

    limit: Many = 1
    owner: Owner = ""
    lock_ttl_seconds: Seconds | None = None


class Lease(Note, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``lock_ttl_seconds`` counts from now; without it the desk's own lease."""

    lock_ttl_seconds: Seconds | None = None


class NewLease(Lease, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``owner`` names the worker, where several share a token; ``lock_ttl_seconds`` is how long it holds."""

    owner: Owner = ""


class Renewal(Lease, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Holds the claim that gave out ``claim_token`` for ``lock_ttl_seconds`` more."""

    claim_token: Token = ""


class Act(Note, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``note`` is kept with what is done; ``claim_token`` is needed while a program has the alert."""

    claim_token: Token = ""


class ForcedAct(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``force`` goes over the head of the person who has the alert, and everybody sees that."""

    force: bool = False


class NewAck(ForcedAct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ends ``for_minutes`` from now, without them as the desk says for the severity.

    Who has it already says with ``for_minutes`` for how much longer.
    """

    for_minutes: Minutes | None = None


class Failure(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``error`` is shown to people; with ``retry_after_seconds`` it is new again by itself after that time.

    After as many attempts as the desk allows it waits for a person.
    """

    error: Words = ""
    retry_after_seconds: Pause | None = None


async def _claim_next(caller: Caller, asked: NextClaim) -> ApiReply:
    desk = caller.desk
    found = await claim.claim_next(
        desk,
        search_of(asked, desk.clock.now()),
        actor=worker_of(caller.actor, asked.owner),
        lease=_span(caller, asked),
        limit=asked.limit,
    )
    return ApiReply(ClaimedAlerts(tuple(_show(caller, each) for each in found)))


async def _claim(caller: Caller, asked: NewLease) -> ApiReply:
    """A worker that has a name may ask again; of two without one nobody could tell which it is."""
    worker = worker_of(caller.actor, asked.owner)
    move = program.with_note(alerts.claiming(parse_ref(caller.ref), worker, _span(caller, asked)), asked.note)
    seen = await claim.perform(caller.desk, lambda _: move, actor=worker, proof=Proof())
    return ApiReply(_show(caller, seen))


async def _renew(caller: Caller, asked: Renewal) -> ApiReply:
    lease = _span(caller, asked)
    return await _perform(
        caller, asked, lambda ref, who: program.renewing(ref, who, lease), asked.claim_token
    )


async def _fail(caller: Caller, asked: Failure) -> ApiReply:
    pause = asked.retry_after_seconds

    def make(alert_id: int, worker: Actor) -> Move:
        return retries.failing(
            alert_id,
            worker,
            error=asked.error,
            retry_after=None if pause is None else timedelta(seconds=pause),
            max_attempts=caller.desk.rules.max_attempts,
        )

    return await _perform(caller, asked, make, asked.claim_token)


async def _acknowledge(caller: Caller, asked: NewAck) -> ApiReply:
    """Acknowledge an alert; that ends by the rules of the chat."""
    spans, renews = caller.desk.rules.ack_spans, asked.for_minutes is not None
    if asked.for_minutes is not None:
        spans = dict.fromkeys(Severity, timedelta(minutes=asked.for_minutes))
    make = partial(alerts.acknowledging, spans=spans, renews=renews)
    return await _perform(caller, asked, make, asked.claim_token, force=asked.force)


async def _annotate(caller: Caller, asked: NewNote) -> ApiReply:
    move = alerts.annotating(parse_ref(caller.ref), caller.actor, bounded(asked.note))
    return ApiReply(show(await program.perform(caller.desk, move)))


def _move(make: Callable[[int, Actor], Move]) -> Callable[[Caller, Act], Awaitable[ApiReply]]:
    async def act(caller: Caller, asked: Act) -> ApiReply:
        return await _perform(caller, asked, make, asked.claim_token, force=getattr(asked, "force", False))

    return act


async def _perform(
    caller: Caller, asked: Note, make: Callable[[int, Actor], Move], token: str, *, force: bool = False
) -> ApiReply:
    alert_id = parse_ref(caller.ref)
    seen = await claim.perform(
        caller.desk,
        lambda worker: program.with_note(make(alert_id, worker), asked.note),
        actor=caller.actor,
        proof=Proof(token, force),
    )
    return ApiReply(show(seen))


def _show(caller: Caller, seen: AlertHistory) -> ClaimedAlert:
    return ClaimedAlert(**fields_of(seen), claim_token=make_token(caller.desk.signing_key, seen.alert))


def _span(caller: Caller, asked: NextClaim | Lease) -> timedelta:
    seconds = asked.lock_ttl_seconds
    return caller.desk.rules.lease if seconds is None else timedelta(seconds=seconds)


def _post(
    path: str, summary: str, takes: type[T], act: Callable[[Caller, T], Awaitable[ApiReply]]
) -> Route[T]:
    return Route(
        method="POST",
        path=f"/v1/alerts/{{ref}}/{path}",
        scope=Scope.ALERTS_ACK if VERBS[path].acknowledges else Scope.ALERTS_CLAIM,
        summary=summary,
        takes=takes,
        act=act,
        answers={200: ClaimedAlert if path == "claim" else AlertBody},
    )


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="POST",
        path="/v1/alerts/claim",
        scope=Scope.ALERTS_CLAIM,
        summary="Claim the most urgent alerts that nobody has; no two workers get the same",
        takes=NextClaim,
        act=_claim_next,
        answers={200: ClaimedAlerts},
    ),
    _post("claim", "Look at it, for the length of a lease", NewLease, _claim),
    _post("renew", "Let the lease of a claim begin anew", Renewal, _renew),
    _post("release", "End a claim; somebody else may look", Act, _move(alerts.releasing)),
    _post("fail", "Give a claim up; it waits for a retry or for a person", Failure, _fail),
    _post("retry", "Let a failed alert wait again", Act, _move(retries.retrying)),
    _post("ack", "Take it on", NewAck, _acknowledge),
    _post("unack", "Give it back; somebody else has to look", ForcedAct, _move(alerts.unacknowledging)),
    _post("resolve", "It is over", ForcedAct, _move(alerts.resolving)),
    _post("note", "Write a note", NewNote, _annotate),
)
