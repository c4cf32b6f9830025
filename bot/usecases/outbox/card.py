"""Card: how delivery takes work from the outbox and gives it back.

These change only what is known of Discord, never an alert, and write no audit entries.
"""

import math
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.due import CardChoice
from bot.domain.outbox.kind import TRAITS
from bot.domain.outbox.outbox import CardKind, Outgoing, ParkReason, backoff
from bot.domain.outbox.placement import Placement
from bot.domain.outbox.plan import UNKNOWN, Bucket, PlannedCall, choose
from bot.usecases.desk import Desk
from bot.usecases.outbox import board as boards
from bot.usecases.outbox import closure as closures
from bot.usecases.outbox import outage as outages
from bot.usecases.outbox import storm_ring
from bot.usecases.outbox.kind.registry import SUBJECTS
from bot.usecases.outbox.subject import View
from bot.usecases.owner import owner
from storage.transaction import Transaction
from storage.writer import Turn

LEASE: Final = timedelta(minutes=2)
_CONTENDED: Final = 0.02  # seconds; another process holds what is due


class Task(msgspec.Struct, frozen=True):
    """A claimed card with what it has to show; ``view`` is None when its subject is gone.

    ``quiet`` says that its first post rings nobody, for a reply will.
    """

    card: Outgoing
    view: View | None
    quiet: bool = False


async def take(
    desk: Desk,
    channel_id: int,
    *,
    worker: str,
    post: Bucket = UNKNOWN,
    edit: Bucket = UNKNOWN,
    quiet: bool = False,
) -> Task | float:
    """Claim the card that the plan puts next and look up what it must show.

    ``quiet`` says that the caller has sent nothing for as long as makes a blindness: it is looked for, and
    its report goes before everything. Returns how many seconds to wait instead when nothing may be sent now,
    infinity when nothing waits.
    """
    now = desk.clock.now()

    def take_card(tx: Transaction) -> Task | float:
        rest = outages.rest(tx, desk, channel_id, quiet=quiet, now=now)
        if rest is None:
            which = _plan(tx, desk, channel_id, post, edit, now)
        else:
            which = max(rest, post.wait(urgent=True)) or CardChoice(kind=CardKind.REPORT)
        if not isinstance(which, CardChoice):
            return which
        card = None
        for choice in _choices(which):
            card = card or tx.cards.claim(
                channel_id, choice, worker=worker, tag=desk.project.tag, now=now, lease=LEASE
            )
        if card is None:
            return _CONTENDED
        theirs = owner(tx, desk, card.project_id)
        look_up = SUBJECTS[card.kind].look_up
        view = None if look_up is None else look_up(tx, theirs, card, now)
        return Task(card, view, storm_ring.leave_to_reply(tx, theirs, card, now))

    taken = await desk.storage.write(take_card, turn=Turn.DESK)
    if not isinstance(taken, Task):
        return taken
    read = SUBJECTS[taken.card.kind].read
    if read is None:
        return taken
    return Task(taken.card, await read(desk.of(taken.card.project_id), taken.card), taken.quiet)


def _plan(
    tx: Transaction, desk: Desk, channel_id: int, post: Bucket, edit: Bucket, now: datetime
) -> CardChoice | float:
    waiting, board = boards.survey(tx, desk, channel_id, post=post, edit=edit, now=now)
    if waiting.new.get(Lane.CRITICAL):
        board = msgspec.structs.replace(board, rung_out=storm_ring.is_rung_out(tx, channel_id, now))
    step = choose(waiting, board, post, edit)
    if step.call is PlannedCall.WAIT:
        return step.wait if step.wait < math.inf else _until_due(tx, channel_id, now)
    if step.call is PlannedCall.BOARD:
        boards.begin_turn(tx, channel_id, now=now)
    return CardChoice(step.lanes, posted=step.call is PlannedCall.EDIT)


def _choices(which: CardChoice) -> tuple[CardChoice, ...]:
    """Calls go before the cards of what people took up, however many those are: nobody is asleep for them."""
    if which.posted or which.lanes != (Lane.PERSON,):
        return (which,)
    return msgspec.structs.replace(which, calling=True), which


def _until_due(tx: Transaction, channel_id: int, now: datetime) -> float:
    due = tx.channels.next_due(channel_id)
    return math.inf if due is None else max((due - now).total_seconds(), _CONTENDED)


async def begin_work(desk: Desk, *, worker: str) -> int:
    """Announce a worker, and free the cards that were claimed by processes that have died since."""
    await desk.storage.announce(worker)
    freed = await desk.storage.write(lambda tx: tx.channels.free_from_dead(worker))
    desk.bell.ring()
    return freed


async def settle(
    desk: Desk,
    card: Outgoing,
    *,
    worker: str,
    message_id: int,
    shown: int,
    pinged: bool,
    rang: int | None = None,
    version: datetime | None = None,
) -> bool:
    """``message_id`` shows revision ``shown`` of the card now, as the edit ``version`` if it was one.

    ``pinged`` says that its words mention somebody, ``rang`` for which run this was the post that rang them.
    0 stands for some revision of an earlier attempt. Boards have no ledger, and what a board has shown before
    its card is written down as late on purpose.
    Returns whether that was the channel's last: to look for the next one would cost another transaction, a
    fifth of what a card costs.
    """
    now = desk.clock.now()

    def settle_card(tx: Transaction) -> bool:
        tx.cards.settle(
            card.id,
            worker=worker,
            message_id=message_id,
            shown=shown,
            pinged=pinged,
            rang=rang,
            now=now,
            lease=LEASE,
        )
        if shown and TRAITS[card.kind].in_ledger:
            is_late = boards.was_held(tx, card, now)
            known = msgspec.structs.replace(card, lane=Lane.COUNT) if is_late else card
            tx.ledger.sent(known, version=version, now=now)
        return tx.channels.is_done(card.channel_id)

    return await desk.storage.write(settle_card, turn=Turn.DESK)


async def put_off(
    desk: Desk, card: Outgoing, *, worker: str, after: timedelta | None = None, tried: bool = True
) -> datetime:
    """A passing failure: try again later (``after``, else longer each time); returns when.

    ``tried`` says that the call may have taken effect. Otherwise it is no failure of the card, and nobody has
    to look for what it might have left behind.
    """
    until = desk.clock.now() + (after if after is not None else backoff(card.failures + 1))

    def do_put_off(tx: Transaction) -> None:
        tx.cards.put_off(card.id, worker=worker, until=until, failed=tried)
        if not tried and not card.retried:
            tx.cards.clear_attempt(card.id)

    await desk.storage.write(do_put_off, turn=Turn.DESK)
    return until


async def park(desk: Desk, card: Outgoing, reason: ParkReason, *, alone: bool) -> int:
    """A lasting failure: the channel's cards (or, ``alone``, this one) wait until the cause changes.

    The call took no effect, so that nobody has to look for what it might have left behind. A channel that is
    gone has taken along what stood there.
    """
    now = desk.clock.now()
    which = card.id if alone else None

    def park_card(tx: Transaction) -> int:
        if not card.retried:
            tx.cards.clear_attempt(card.id)
        parked = 0
        if reason is ParkReason.UNKNOWN_CHANNEL and not (alone or tx.closures.is_gone(card.channel_id)):
            parked = len(tx.channels.lose(card.channel_id, now=now))
        parked += tx.channels.park(card.channel_id, reason, now=now, card_id=which)
        if not alone:
            closures.begin(tx, owner(tx, desk, card.project_id), card.channel_id, reason, now=now)
        return parked

    return await desk.storage.write(park_card, turn=Turn.DESK)


async def unpark(desk: Desk, channel_id: int) -> int:
    """The channel's cause may have changed: everything parked there is due again."""
    now = desk.clock.now()

    def unpark_card(tx: Transaction) -> int:
        closures.end(tx, desk, channel_id, now=now)
        return tx.channels.unpark(channel_id)

    released = await desk.storage.write(unpark_card)
    if released:
        desk.bell.ring()
    return released


async def lose_channel(desk: Desk, channel_id: int) -> int:
    """A channel was deleted in Discord; returns how many cards of open alerts stood there and wait now."""
    now = desk.clock.now()
    lost = await desk.storage.write(lambda tx: closures.lose(tx, desk, channel_id, now=now))
    if lost:
        desk.bell.ring()
    return lost


async def lose(desk: Desk, card: Outgoing) -> None:
    """Post a card again as a new message: its own was deleted."""
    now = desk.clock.now()
    await desk.storage.write(lambda tx: tx.cards.lose(card.id, now=now), turn=Turn.DESK)
    desk.bell.ring()


async def forget_message(desk: Desk, message_id: int) -> bool:
    """A message was deleted in Discord; True when it was a card, which is then posted again."""
    if await showing(desk, message_id) is None:
        return False
    now = desk.clock.now()
    forgotten = await desk.storage.write(lambda tx: tx.cards.forget_message(message_id, now=now))
    desk.bell.ring()
    return forgotten > 0


async def answered(desk: Desk, card_id: int, *, revision: int, version: datetime | None = None) -> None:
    """A click was answered by showing ``revision`` on the card itself, as the edit ``version`` if known."""
    now = desk.clock.now()

    def note_answer(tx: Transaction) -> None:
        tx.cards.answered(card_id, revision=revision)
        if version is not None:
            tx.ledger.answered(card_id, revision=revision, version=version, now=now)

    await desk.storage.write(note_answer)
    desk.bell.ring()


async def showing(desk: Desk, message_id: int) -> Placement | None:
    """The card that this message is."""
    return await desk.storage.read(lambda tx: tx.cards.showing(message_id))


async def channels_due(desk: Desk) -> list[int]:
    """Channels where something may be sent now."""
    now = desk.clock.now()
    return await desk.storage.read(lambda tx: tx.channels.due(now=now))
