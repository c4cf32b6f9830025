"""Codec: how domain values become columns and back. Both directions stand side by side."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert.signal import Link

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_encoder: Final = msgspec.json.Encoder()
_labels: Final = msgspec.json.Decoder(dict[str, str])
_links: Final = msgspec.json.Decoder(tuple[Link, ...])


def micros(at: datetime) -> int:
    """An aware datetime as whole microseconds since the epoch."""
    return (at - _EPOCH) // _MICROSECOND


def micros_or_none(at: datetime | None) -> int | None:
    """A time that may be missing, in microseconds."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


def moment(us: int) -> datetime:
    """What `micros` wrote."""
    return _EPOCH + timedelta(microseconds=us)


def moment_or_none(us: int | None) -> datetime | None:
    """What `micros_or_none` wrote."""
    return None if us is None else _EPOCH + timedelta(microseconds=us)


def span(us: int) -> timedelta:
    """A duration from whole microseconds."""
    return timedelta(microseconds=us)


def span_micros(span: timedelta) -> int:
    """What `span` reads."""
    return span // _MICROSECOND


def span_or_none(us: int | None) -> timedelta | None:
    """A duration that may be missing."""
    return None if us is None else timedelta(microseconds=us)


def span_micros_or_none(span: timedelta | None) -> int | None:
    """What `span_or_none` reads."""
    return None if span is None else span // _MICROSECOND


def encode(value: Any) -> str:
    """Compact JSON text."""
    return _encoder.encode(value).decode()


def decode_labels(text: str) -> dict[str, str]:
    """Labels as they were stored."""
    return _labels.decode(text)


def decode_links(text: str) -> tuple[Link, ...]:
    """Links as they were stored."""
    return _links.decode(text)


def actor_or_none(text: str | None, name: str | None) -> Actor | None:
    """An actor from its two columns."""
    return None if text is None else Actor.parse(text, name or "")


def actor_columns(actor: Actor | None) -> tuple[str | None, str | None]:
    """The two columns of an actor."""
    return (None, None) if actor is None else (str(actor), actor.name)
