"""Reaction: an emoji on a card is an action, and counts once however often it is heard of.

A check mark acknowledges, eyes claim, a thumb down votes the recurrence noise; taking the emoji away takes
the action back as long as it still stands and was this person's. Of several check marks the alert stays
acknowledged until the last one goes: whoever set another one has it then. A siren escalates to an incident,
at once and with what is known beforehand; an incident does not end because a siren goes away. On the card of
a group a check mark and eyes are meant for all its alerts, a siren for the worst of them. A struck bell
snoozes for half an hour.
"""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.domain import actor as actors
from bot.domain.actor import Actor, ActorKind
from bot.domain.alert import verb as verbs
from bot.domain.alert.reaction import Reaction
from bot.domain.errors import ConflictError
from bot.domain.outbox.kind import TRAITS, kinds_about
from bot.domain.outbox.placement import Placement
from bot.domain.sight import Subject
from bot.usecases.alert import group as groups
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import snooze as snoozes
from bot.usecases.alert.move import Move, carry_out
from bot.usecases.desk import Desk
from bot.usecases.owner import owner
from bot.usecases.recurrence import noise
from bot.usecases.triage import escalation
from storage.transaction import Transaction

ACK: Final = verbs.ACK.reaction
CLAIM: Final = verbs.CLAIM.reaction
NOISE: Final = "👎"
SIREN: Final = "🚨"
_REFUSED: Final = "refused"
"""Stands among the emoji of a message once somebody was told that theirs do nothing; it is none itself."""
BELL: Final = verbs.SNOOZE.reaction
MEANINGS: Final = MappingProxyType(
    {each.reaction: each.name for each in verbs.VERBS.values() if each.reaction}
    | {NOISE: "noise", SIREN: "escalate"}
)
"""What each emoji means."""

ACTIONS: Final = frozenset(MEANINGS)
_CARDS: Final = frozenset(kinds_about(Subject.ALERT, Subject.GROUP))


class Effect(StrEnum):
    """What became of a reaction."""

    APPLIED = "applied"
    KNOWN = "known"
    NOT_A_CARD = "not_a_card"
    IMPOSSIBLE = "impossible"


async def card_of(desk: Desk, message_id: int) -> Placement | None:
    """The card of an alert, or of a group of them, that this message is."""
    place = await desk.storage.read(lambda tx: tx.cards.showing(message_id))
    return place if place is not None and place.kind in _CARDS else None


async def owner_of(desk: Desk, message_id: int) -> Desk | None:
    """The desk of the project whose card this message is, None when it is none that takes emoji."""

    def do_owner_of(tx: Transaction) -> Desk | None:
        place = tx.cards.showing(message_id)
        if place is None or place.kind not in _CARDS:
            return None
        return owner(tx, desk, tx.projects.of_card(place.id) or desk.project.id)

    return await desk.storage.read(do_owner_of)


async def apply(
    desk: Desk, message_id: int, emoji: str, *, actor: Actor, present: bool
) -> tuple[Effect, str]:
    """Turn a reaction that appeared or vanished into action; the text says why it was impossible.

    What was heard of it and what came of it are one transaction.
    """
    if emoji not in ACTIONS or actor.kind is not ActorKind.PERSON:
        return Effect.NOT_A_CARD, ""
    now = desk.clock.now()

    def apply_reaction(tx: Transaction) -> tuple[Effect, str]:
        place = tx.cards.showing(message_id)
        if place is None or place.kind not in _CARDS:
            return Effect.NOT_A_CARD, ""
        which = Reaction(message_id, int(actor.ident), emoji)
        if not tx.reactions.turn(which, present=present, now=now):
            return Effect.KNOWN, ""
        return _act(tx, desk, place, emoji, actor, now, present=present)

    result = await desk.storage.write(apply_reaction)
    desk.bell.ring()
    return result


async def note_refusal(desk: Desk, message_id: int, user_id: int) -> bool:
    """Whether this person has to be told that their emoji do nothing here: once for each message."""
    now = desk.clock.now()
    which = Reaction(message_id, user_id, _REFUSED)
    return await desk.storage.write(lambda tx: tx.reactions.turn(which, present=True, now=now))


async def forget(desk: Desk, message_id: int, emoji: str, *, actor: Actor) -> None:
    """The emoji is gone, and it means nothing: who set it may not act any more."""
    now = desk.clock.now()
    which = Reaction(message_id, int(actor.ident), emoji)
    await desk.storage.write(lambda tx: tx.reactions.turn(which, present=False, now=now))


def _act(
    tx: Transaction, desk: Desk, place: Placement, emoji: str, actor: Actor, now: datetime, *, present: bool
) -> tuple[Effect, str]:
    """What the emoji means for whatever the card is about."""
    if emoji == BELL:
        return _snooze(tx, desk, place, actor, now, present=present)
    if TRAITS[place.kind].about is Subject.GROUP:
        return _apply_to_all(tx, desk, place, emoji, actor, now, present=present)
    if emoji == NOISE:
        noise.vote(tx, desk.project.id, place.subject_id, actor, now, present=present)
        return Effect.APPLIED, ""
    if emoji == SIREN:
        if present:
            escalation.escalate(tx, desk, place.subject_id, actor=actor, now=now)
        return Effect.APPLIED, ""
    try:
        heir = _also_acked(tx, place.message_id or 0, actor)
        carry_out(tx, desk, _move(desk, place.subject_id, emoji, actor, present, heir), now)
    except ConflictError as conflict:
        return Effect.IMPOSSIBLE, str(conflict)
    return Effect.APPLIED, ""


def _snooze(
    tx: Transaction, desk: Desk, place: Placement, actor: Actor, now: datetime, *, present: bool
) -> tuple[Effect, str]:
    is_group = TRAITS[place.kind].about is Subject.GROUP
    ids = tx.groups.ids(place.subject_id, groups.OPEN) if is_group else [place.subject_id]
    if snoozes.by_emoji(tx, desk, ids, actor, now, present=present):
        return Effect.APPLIED, ""
    return Effect.IMPOSSIBLE, "it is over, or snoozed for longer or by somebody else"


def _apply_to_all(
    tx: Transaction, desk: Desk, place: Placement, emoji: str, actor: Actor, now: datetime, *, present: bool
) -> tuple[Effect, str]:
    """On a group's card a check mark and eyes are meant for all of it, a siren for the worst of it."""
    if emoji == NOISE:
        return Effect.IMPOSSIBLE, "a vote is about one recurrence, this is a group"
    if emoji == SIREN:
        worst = tx.groups.members(place.subject_id, open_only=True, limit=1)
        for each in worst if present else ():
            escalation.escalate(tx, desk, each.id, actor=actor, now=now)
        return Effect.APPLIED, ""
    heir = _also_acked(tx, place.message_id or 0, actor)
    changed = groups.apply(
        tx,
        desk,
        place.subject_id,
        lambda alert_id: _move(desk, alert_id, emoji, actor, present, heir),
        groups.OPEN,
        now,
    )
    if not changed:
        return Effect.IMPOSSIBLE, "it fits the state of no alert of the group"
    return Effect.APPLIED, ""


def _also_acked(tx: Transaction, message_id: int, actor: Actor) -> Actor | None:
    """Somebody else whose check mark stands on the message."""
    others = (each.user_id for each in tx.reactions.present_on(message_id) if each.emoji == ACK)
    user_id = next((each for each in sorted(others) if str(each) != actor.ident), None)
    return None if user_id is None else actors.person(user_id, str(user_id))


def _move(desk: Desk, alert_id: int, emoji: str, actor: Actor, present: bool, heir: Actor | None) -> Move:
    if emoji == ACK and not present and heir is not None:
        return alerts.handing_over(alert_id, actor, heir)
    if emoji == ACK:
        if not present:
            return alerts.unacknowledging_own(alert_id, actor)
        return alerts.acknowledging(alert_id, actor, spans=desk.rules.ack_spans)
    return (
        alerts.claiming(alert_id, actor, desk.rules.lease) if present else alerts.releasing(alert_id, actor)
    )
