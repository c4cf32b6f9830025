"""Storm ring: criticals that cannot all have a card that rings call people by cause, together.

Law: the first critical of a cause (its name and service) rings; what follows of that cause while the board
stands is counted in the same reply and rings nobody. However many causes there are, a channel rings five
times a minute: four times by cards or replies of their own, once for all the others. The mark on the card
and the call are written in one transaction, so that however often this is done and wherever it dies, each is
called for once.

Where a board stands its replies call. Elsewhere the cards ring themselves; from the fifth in a minute on
they are posted quietly (`leave_to_reply`), and for those that Discord's limits hold up nobody waits.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain import actor as actors
from bot.domain.alert.alert import Alert
from bot.domain.alert.ring import RingReason, is_loud
from bot.domain.alert.verdict import Lane
from bot.domain.audit import Entry
from bot.domain.outbox.kind import TRAITS
from bot.domain.outbox.outbox import CardKind, Outgoing
from bot.domain.outbox.storm import ToldCause
from bot.usecases import ring as rings
from bot.usecases.desk import Desk
from storage.transaction import Transaction

SWEEP: Final = 500  # alerts of a channel
ALONE: Final = 3  # new causes of one sweep that have a message of their own
A_MINUTE: Final = 4  # messages that ring in a channel, and one more for all the others
MEMBERS: Final = 1_000  # alerts that one reply counts; the board counts all
_MINUTE: Final = timedelta(minutes=1)

_Cause = tuple[str, str]


def is_due(tx: Transaction, desk: Desk, now: datetime) -> bool:
    """Whether a board holds back a critical that nobody was called for."""
    standing = _channels(tx, desk, now)
    return any(tx.boards.uncalled(each, now=now, limit=1, lock=False) for each in standing)


def make_due(tx: Transaction, desk: Desk, now: datetime) -> int:
    """Call for them; returns how many messages that made."""
    standing = _channels(tx, desk, now)
    return sum(_call(tx, desk, channel_id, since, now) for channel_id, since in sorted(standing.items()))


def leave_to_reply(tx: Transaction, desk: Desk, card: Outgoing, now: datetime) -> bool:
    """Whether the first post of a card is one ring too many: then a reply will call instead."""
    if not TRAITS[card.kind].calls or card.lane > Lane.RESOLVE:
        return False
    if card.message_id is not None or card.rung_run is not None:
        return False
    if not card.retried and not is_rung_out(tx, card.channel_id, now):
        return False
    calls = tx.boards.first_calls(card.id, limit=MEMBERS)
    if card.retried:  # what an earlier attempt left to a reply stays there
        return any(calls.values())
    left = [alert_id for alert_id, is_planned in calls.items() if not is_planned]
    tx.rings.plan(rings.first(desk.project.id, each, 0, RingReason.STORM, now) for each in left)
    return bool(calls)


def is_rung_out(tx: Transaction, channel_id: int, now: datetime) -> bool:
    """Whether cards of the channel ring nobody by themselves just now."""
    return rung_in_a_minute(tx, channel_id, now) >= A_MINUTE


def rung_in_a_minute(tx: Transaction, channel_id: int, now: datetime) -> int:
    """How many messages have rung in a channel: cards by themselves, and calls."""
    told, _ = tx.rings.told_since(channel_id, now - _MINUTE)
    return told + tx.boards.rung_since(channel_id, now - _MINUTE)


def _channels(tx: Transaction, desk: Desk, now: datetime) -> dict[int, datetime]:
    """Where calls are held back: by a board, and since when it stands, or by the limits for posts."""
    crowded = tx.boards.crowded(desk.project.id, now=now)
    full = {each: now - _MINUTE for each in crowded if rung_in_a_minute(tx, each, now) >= ALONE}
    return full | tx.boards.answerable(desk.project.id)


def _call(tx: Transaction, desk: Desk, channel_id: int, since: datetime, now: datetime) -> int:
    found = tx.boards.uncalled(channel_id, now=now, limit=SWEEP)
    if not found:
        return 0
    cards = {each.alert_id: each.card_id for each in found}
    causes: defaultdict[_Cause, list[Alert]] = defaultdict(list)
    for alert in tx.alerts.many(cards):
        if is_loud(alert):
            causes[alert.name, alert.service].append(alert)
    told = {(each.name, each.service): each for each in tx.boards.told_causes(channel_id, since)}
    counted = [alert for cause in causes if cause in told for alert in causes[cause]]
    _count(tx, desk, channel_id, told, counted, now)
    bundles = _bundle(tx, channel_id, [causes[cause] for cause in causes if cause not in told], now)
    for bundle in bundles:
        _put_out(tx, desk, channel_id, bundle, now)
    done = [*counted, *(alert for bundle in bundles for alert in bundle)]
    tx.cards.rung({(cards[alert.id], 0) for alert in done}, now=now)
    tx.audit.append(desk.project.id, *(_entry(alert, now) for alert in done))
    return len(bundles)


def _bundle(tx: Transaction, channel_id: int, new: Sequence[list[Alert]], now: datetime) -> list[list[Alert]]:
    """A message a cause as far as that is bearable, else one for all; beyond that they wait."""
    if not new:
        return []
    told = rung_in_a_minute(tx, channel_id, now)
    if told > A_MINUTE:
        return []
    if len(new) <= min(ALONE, A_MINUTE - told):
        return list(new)
    return [[alert for alerts in new for alert in alerts]]


def _put_out(tx: Transaction, desk: Desk, channel_id: int, bundle: Sequence[Alert], now: datetime) -> None:
    ids = _plan(tx, desk, bundle, now)
    lead = min(ids)
    tx.rings.tell(ids, lead_id=lead, channel_id=channel_id, now=now)
    tx.cards.create(desk.project.id, CardKind.RING, [(lead, channel_id, Lane.PERSON)], now=now)


def _count(
    tx: Transaction,
    desk: Desk,
    channel_id: int,
    told: Mapping[_Cause, ToldCause],
    counted: Sequence[Alert],
    now: datetime,
) -> None:
    """Count alerts of causes that rang: the replies are edited, as far as one reply counts."""
    sizes: defaultdict[int, int] = defaultdict(int)
    for cause in told.values():
        sizes[cause.lead_id] += cause.alerts
    joining: defaultdict[int, list[Alert]] = defaultdict(list)
    said_at: dict[int, datetime] = {}
    for alert in counted:
        cause = told[alert.name, alert.service]
        said_at[cause.lead_id] = cause.told_at
        if sizes[cause.lead_id] + len(joining[cause.lead_id]) < MEMBERS:
            joining[cause.lead_id].append(alert)
    for lead_id, alerts in joining.items():
        if alerts:
            ids = _plan(tx, desk, alerts, now)
            tx.rings.tell(ids, lead_id=lead_id, channel_id=channel_id, now=said_at[lead_id])
    changed = [(lead_id, Lane.COUNT) for lead_id, alerts in joining.items() if alerts]
    tx.cards.touch(CardKind.RING, changed, now=now)


def _plan(tx: Transaction, desk: Desk, alerts: Sequence[Alert], now: datetime) -> list[int]:
    return tx.rings.plan(
        rings.first(desk.project.id, each.id, each.run, RingReason.STORM, now) for each in alerts
    )


def _entry(alert: Alert, now: datetime) -> Entry:
    return Entry(
        at=now, actor=actors.job("ring"), action="ring", subject=f"alert:{alert.id}", note="storm, call 1"
    )
