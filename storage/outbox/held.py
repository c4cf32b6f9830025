"""Held: the open alerts of a channel that have no card, and the cards that wait for their first message."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, alias, and_, or_, select, union_all

from bot.domain.alert.alert import State
from bot.domain.outbox.outbox import ParkReason
from storage.alert.summary import COLUMNS
from storage.kind import IS_OWN, IS_SHARED
from storage.outbox.due import dirty
from storage.table.core import IS_OPEN_ALERT, alert, card


def is_unposted(channel_id: int, kind: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """Cards of alerts, or of groups of them, that wait for their first message."""
    kinds = or_(IS_OWN, IS_SHARED) if kind is None else kind
    return and_(card.c.channel_id == channel_id, dirty(posted=False), kinds)


def all_held(channel_id: int) -> Select[Any]:
    """Rows of alert summaries. Cards that Discord refused wait for ever: they are listed too.

    So are those whose message went with its channel.
    """
    refused = and_(
        card.c.channel_id == channel_id,
        card.c.parked_reason.is_not(None),
        or_(card.c.message_id.is_(None), card.c.parked_reason == ParkReason.UNKNOWN_CHANNEL.value),
    )
    member = alias(alert)
    shared = select(member.c.id).join(card, member.c.group_id == card.c.subject_id)
    waiting = union_all(
        select(card.c.subject_id).where(is_unposted(channel_id, IS_OWN)),
        select(card.c.subject_id).where(refused, IS_OWN),
        shared.where(is_unposted(channel_id, IS_SHARED)),
        shared.where(refused, IS_SHARED),
    ).subquery()
    return select(*COLUMNS).join(waiting, waiting.c.subject_id == alert.c.id).where(IS_OPEN_ALERT)


def narrowed(statement: Select[Any], name: str | None, states: Sequence[State]) -> Select[Any]:
    """Those of one name, unless that is None, and in one of these states, if there are any."""
    if name is not None:
        statement = statement.where(alert.c.name == name)
    if states:
        statement = statement.where(alert.c.state.in_([each.value for each in states]))
    return statement
