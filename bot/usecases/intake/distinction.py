"""Distinction: of alerts of one name that are open together none reads like another.

Where a new alert would have the place of one that is open already (or comes with it), the labels in which
they differ are told too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from msgspec.structs import replace

from bot.domain.alert.place import SEPARATOR, find_place, tell_apart
from bot.domain.alert.signal import MAX_LABEL_NAME, Signal
from bot.domain.text import cut
from bot.usecases.intake.track import SignatureState
from storage.codec import decode_labels
from storage.transaction import Transaction

_COMPARED: Final = 20  # others of one name and place
_Key: TypeAlias = tuple[int, str, str, str]


def distinguish(tx: Transaction, project_id: int, fresh: Iterable[SignatureState]) -> None:
    """Let new alerts' targets say what sets them apart; intake writes them next."""
    alike: defaultdict[_Key, list[SignatureState]] = defaultdict(list)
    for track in fresh:
        if track.opened is not None and track.opened.labels:
            alike[_key(track.source.id, track.opened)].append(track)
    if not alike:
        return
    found: defaultdict[_Key, list[str]] = defaultdict(list)
    names, targets = {name for _, name, _, _ in alike}, {target for *_, target in alike}
    for source_id, name, namespace, target, labels in tx.alerts.open_named(project_id, names, targets):
        key = (source_id, name, namespace, target)
        if key in alike:
            found[key].append(labels)
    for key, tracks in alike.items():
        others = [decode_labels(text) for text in found[key][:_COMPARED]]
        if others or len(tracks) > 1:
            _part(tracks, others)


def _part(tracks: list[SignatureState], others: list[dict[str, str]]) -> None:
    together = [track.opened.labels for track in tracks[: _COMPARED + 1] if track.opened is not None]
    for track in tracks:
        if track.opened is not None:
            mine = track.opened.labels
            apart = tell_apart(mine, [*others, *(labels for labels in together if labels is not mine)])
            track.opened = _told(track.opened, apart)


def _told(signal: Signal, apart: tuple[str, ...]) -> Signal:
    if not apart:
        return signal
    if signal.target == _target(signal.labels):
        return replace(signal, target=_target(signal.labels, apart))
    said = SEPARATOR.join(filter(None, (signal.target, f"{apart[0]} {signal.labels[apart[0]]}")))
    return replace(signal, target=cut(said, MAX_LABEL_NAME))


def _target(labels: Mapping[str, str], apart: tuple[str, ...] = ()) -> str:
    return cut(find_place(labels, apart).target, MAX_LABEL_NAME)


def _key(source_id: int, signal: Signal) -> _Key:
    return (source_id, signal.name, signal.namespace, signal.target)
