"""Verb: the move of each verb that a press does to an alert, or to all alerts of a group."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from bot.domain.actor import Actor
from bot.domain.alert import verb as verbs
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import retry as retries
from bot.usecases.alert.move import Move
from bot.usecases.desk import Desk
from storage.transaction import Transaction

MakeMove = Callable[[Transaction, Desk, int, Actor, str], Move]

MOVES: Final[Mapping[str, MakeMove]] = MappingProxyType(
    {
        verbs.ACK.name: lambda _, desk, alert_id, actor, note: alerts.acknowledging(
            alert_id, actor, note, spans=desk.rules.ack_spans
        ),
        verbs.UNACK.name: lambda _, __, alert_id, actor, ___: alerts.unacknowledging(alert_id, actor),
        verbs.CLAIM.name: lambda _, desk, alert_id, actor, __: alerts.claiming(
            alert_id, actor, desk.rules.lease
        ),
        verbs.RELEASE.name: lambda _, __, alert_id, actor, ___: alerts.releasing(alert_id, actor),
        verbs.RETRY.name: lambda _, __, alert_id, actor, ___: retries.retrying(alert_id, actor),
        verbs.RESOLVE.name: lambda _, __, alert_id, actor, note: alerts.resolving(alert_id, actor, note),
        verbs.CONFIRM.name: lambda _, __, alert_id, actor, ___: alerts.resolving(alert_id, actor),
        verbs.REOPEN.name: lambda tx, desk, alert_id, actor, _: alerts.reopening(tx, desk, alert_id, actor),
        verbs.NOTE.name: lambda _, __, alert_id, actor, note: alerts.annotating(alert_id, actor, note),
    }
)
"""By the name of each of `bot.domain.alert.verb.PRESSED`."""
