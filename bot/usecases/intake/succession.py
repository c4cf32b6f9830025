"""Succession: one episode after another of the same signature, where nobody said that the first was over.

Law: the card of an episode that was succeeded says so in the same transaction; what overtook its firing opens
nothing.
"""

from collections.abc import Collection
from datetime import datetime

import msgspec

from bot.domain import actor as actors
from bot.domain.actor import Method
from bot.domain.alert.alert import State
from bot.domain.alert.alert_change import AlertChange, AlertMark
from bot.domain.alert.episode import EarlyEnd, early_end
from bot.domain.alert.signal import Signal, Status
from bot.domain.alert.verdict import (
    IntakeDecision,
    Lane,
    Policy,
    SignatureStanding,
    Verdict,
    decide,
    end_untold,
)
from bot.domain.audit import Entry
from bot.domain.recurrence.settlement import settle_standing
from bot.usecases import ring as rings
from bot.usecases.intake.submission import Identified
from bot.usecases.intake.track import SignatureState
from storage.codec import encode
from storage.transaction import Transaction

_SUCCEEDED = "a new episode began, and nobody had said that this one was over"


class _Ended(msgspec.Struct):
    track: SignatureState
    standing: SignatureStanding
    name: str
    before: str
    method: Method


class Succession:
    """One use for one batch; ``method`` is how the sender was known whose signals are being decided on."""

    def __init__(self, tx: Transaction, project_id: int, now: datetime) -> None:
        self._tx = tx
        self._project_id = project_id
        self._now = now
        self.method = Method.BEARER
        self._early: dict[str, EarlyEnd] = {}
        self._remembered: dict[str, EarlyEnd] = {}
        self._ended: list[_Ended] = []

    def load(self, signatures: Collection[str]) -> None:
        """What is remembered of these."""
        self._early = self._tx.early_ends.of(self._project_id, signatures)

    def decide(self, item: Identified, track: SignatureState, policy: Policy) -> IntakeDecision:
        """`decide`, for a signal whose end may have come before it."""
        standing, signal = track.known.standing, item.signal
        early = self._early.get(item.signature)
        if (
            early is not None
            and signal.status is Status.FIRING
            and (standing is None or not standing.state.open)
            and early.covers(signal, self._now)
        ):
            return IntakeDecision(Verdict.OVERTAKEN, None)
        self._keep(standing)
        decision = decide(standing, signal, policy, self._now)
        if decision.verdict in {Verdict.NEVER_SEEN, Verdict.ALREADY_RESOLVED}:
            self.remember(item, standing, policy)
        return decision

    def _keep(self, standing: SignatureStanding | None) -> None:
        """What belongs to an open incident does not end by silence."""
        if standing is None or not standing.state.open or standing.silent_after is None:
            return
        if standing.silent_after <= self._now and standing.alert_id:
            belongs = self._tx.links.of_alert(standing.alert_id)
            if belongs is not None and belongs.open:
                standing.silent_after = None

    def remember(self, item: Identified, standing: SignatureStanding | None, policy: Policy) -> None:
        """An end that nothing open answers to, unless it is the end of what is over."""
        signal = item.signal
        if standing is not None and (
            signal.started_at is None
            or standing.started_at is None
            or signal.started_at <= standing.started_at
        ):
            return
        early = early_end(item.signature, signal, policy.reopen_window, self._now)
        if early is not None:
            self._early[item.signature] = self._remembered[item.signature] = early

    def end(self, track: SignatureState, signal: Signal) -> SignatureStanding | None:
        """The episode before the one that ``signal`` begins, which is over by that at the latest."""
        standing = track.known.standing
        if standing is not None and standing.state.open:
            before = standing.state.value
            end_untold(standing, signal, self._now)
            self._ended.append(_Ended(track, standing, signal.name, before, self.method))
        return standing

    def write(self) -> None:
        """Write down which episodes were succeeded, and which ends came early."""
        if self._remembered:
            self._tx.early_ends.put(self._project_id, self._remembered.values())
            self._tx.early_ends.forget(now=self._now)
        if not self._ended:
            return
        tx, now = self._tx, self._now
        tx.alerts.move((each.track.source.name, each.standing) for each in self._ended)
        for each in self._ended:
            tx.recurrences.settle(
                {
                    each.track.known.recurrence_id: settle_standing(
                        each.track.known.course, each.standing, now
                    )
                },
                now=now,
            )
        tx.cards.touch_alerts([(each.standing.alert_id, Lane.RESOLVE) for each in self._ended], now=now)
        rings.fold(tx, [each.standing.alert_id for each in self._ended], now)

    def entries(self) -> list[Entry]:
        """What the audit log has to hold of them."""
        return list(map(self._entry, self._ended))

    def changes(self) -> list[AlertChange]:
        """What followers are told of them."""
        return [
            AlertChange(
                alert_id=each.standing.alert_id,
                name=each.name,
                before=AlertMark(State(each.before), each.standing.severity),
                after=AlertMark(each.standing.state, each.standing.severity),
                actor=actors.source(each.track.source.name),
                action=Verdict.RESOLVED.value,
            )
            for each in self._ended
        ]

    def _entry(self, ended: _Ended) -> Entry:
        return Entry(
            at=self._now,
            actor=actors.source(ended.track.source.name),
            action="succeed",
            subject=f"alert:{ended.standing.alert_id}",
            before=encode({"state": ended.before}),
            after=encode(
                {
                    "state": ended.standing.state.value,
                    "resolved_at": ended.standing.resolved_at,
                    "expired": ended.standing.expired,
                }
            ),
            note=_SUCCEEDED,
            method=ended.method,
        )
