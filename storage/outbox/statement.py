"""Statements that every card takes, built once: building them anew costs more than running them."""

from functools import cache
from typing import Final

from sqlalchemy import BigInteger, Text, and_, bindparam, case, func, select, update

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.due import CardChoice
from storage.outbox.due import chosen, sendable
from storage.prepared import Prepared
from storage.table.core import card

_card: Final = bindparam("card", type_=BigInteger)
_worker: Final = bindparam("worker", type_=Text)
_now: Final = bindparam("now", type_=BigInteger)
_revision: Final = bindparam("revision", type_=card.c.shown.type)
# From here on the message may stand, whatever becomes of the answer: no board may hold the card back.
ATTEMPT: Final = Prepared(
    update(card)
    .where(card.c.id == _card)
    .values(nonce=bindparam("own", type_=Text), posting_since=_now, lane=Lane.PERSON.value)
)
SETTLE: Final = Prepared(
    update(card)
    .where(card.c.id == _card, card.c.claimed_by == _worker)
    .values(
        message_id=bindparam("message", type_=BigInteger),
        shown=_revision,
        pinged=bindparam("mentions", type_=card.c.pinged.type),
        rung_at=func.coalesce(bindparam("rang_at", type_=BigInteger), card.c.rung_at),
        rung_run=func.coalesce(bindparam("rang_run", type_=card.c.rung_run.type), card.c.rung_run),
        sent_at=_now,
        dirty_since=case(
            (
                and_(_revision > 0, card.c.wanted > _revision),
                card.c.claim_expires_at - bindparam("leased_for", type_=BigInteger),
            ),
            else_=card.c.dirty_since,
        ),
        claimed_by=None,
        claim_expires_at=None,
        not_before=None,
        failures=0,
    )
)
SEEN: Final = Prepared(
    update(card)
    .where(card.c.message_id == bindparam("message", type_=BigInteger), card.c.seen_at.is_(None))
    .values(seen_at=bindparam("at", type_=BigInteger))
)


@cache
def claim(which: CardChoice) -> Prepared:
    """Take the first card of a channel that fits; there are only so many choices."""
    channel = bindparam("channel", type_=BigInteger)
    candidate = (
        select(card.c.id)
        .where(card.c.channel_id == channel, chosen(which, channel), sendable(_now))
        .order_by(card.c.lane, card.c.dirty_since, card.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return Prepared(
        update(card)
        .where(card.c.id == candidate)
        .values(claimed_by=_worker, claim_expires_at=bindparam("until", type_=BigInteger))
        .returning(card)
    )
