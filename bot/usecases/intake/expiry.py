"""Expiry: what senders say of when their alerts are over by themselves."""

from collections.abc import Iterable

from bot.usecases.intake.track import SignatureState
from storage.transaction import Transaction


def note_expiries(tx: Transaction, tracks: Iterable[SignatureState]) -> None:
    """Keep the newest word about each alert that is open now."""
    ends = {}
    for track in tracks:
        signal, standing = track.told or track.opened, track.known.standing
        if signal is None or signal.expires_at is None or standing is None or not standing.state.open:
            continue
        ends[standing.alert_id] = signal.expires_at
    tx.expiries.put(ends)
